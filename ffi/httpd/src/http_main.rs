//! `http_main.h`

use crate::httpd::server_rec;

unsafe extern "C" {
    /// The main server; null until the configuration is read.
    pub static mut ap_server_conf: *mut server_rec;
}
