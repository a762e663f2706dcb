"""os.environ of an interpreter's own."""

import os


def private_environment(variables, log):
    """Makes os.environ this interpreter's own: what is set here reaches this interpreter and the programs that it
    starts, and neither the C environment of the process nor other interpreters."""
    environ = os.environ._data
    environ.clear()
    environ.update(variables)
    os.putenv = lambda key, value: None
    os.unsetenv = lambda key: None

    import _posixsubprocess

    fork_exec = _posixsubprocess.fork_exec

    def fork_exec_with_environment(args, executables, close_fds, pass_fds, cwd, env, *rest):
        if env is None:
            env = [key + b"=" + value for key, value in environ.items()]
        return fork_exec(args, executables, close_fds, pass_fds, cwd, env, *rest)

    def system(command):
        shell = os.posix_spawn("/bin/sh", ["sh", "-c", command], os.environ)
        return os.waitpid(shell, 0)[1]

    _posixsubprocess.fork_exec = fork_exec_with_environment
    os.system = system
    private_time_zone(variables, log)
