//! What an application sees of a request, and a client of the response.

mod apache_module;
mod bodiless;
mod broken;
mod close;
mod encryption;
mod environ;
mod errors;
mod file_wrapper;
mod handler_scripts;
mod headers;
mod input;
mod input_failures;
mod input_limits;
mod length;
mod log_handler;
mod panic;
mod paths;
mod pieces;
mod proxies;
mod response;
mod scripts;
mod server_keys;
mod start_response;
mod tracebacks;
mod ways;
mod write;
