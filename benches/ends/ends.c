/* What CPython itself keeps of an interpreter that has ended: makes one, runs code in it on a thread, ends it on another, again and
 * again, and says what the process has grown by. No part of Clutch is in it.
 *
 * usage: ends NUMBER own-gil|shared-gil CODE
 */
#include <Python.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *code;

static long resident(void)
{
    long size, pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &size, &pages) != 2)
        exit(1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static PyThreadState *make(int own)
{
    PyInterpreterConfig config = {
        .use_main_obmalloc = !own,
        .allow_threads = 1,
        .allow_daemon_threads = 1,
        .check_multi_interp_extensions = own,
        .gil = own ? PyInterpreterConfig_OWN_GIL : PyInterpreterConfig_SHARED_GIL,
    };
    PyThreadState *state = NULL;
    PyStatus status = Py_NewInterpreterFromConfig(&state, &config);
    if (PyStatus_Exception(status)) {
        fprintf(stderr, "%s\n", status.err_msg);
        exit(1);
    }
    return state;
}

static void *use(void *interpreter)
{
    PyThreadState *state = PyThreadState_New(interpreter);
    PyEval_RestoreThread(state);
    PyRun_SimpleString(code);
    PyThreadState_Clear(state);
    PyThreadState_DeleteCurrent();
    return NULL;
}

static void *end(void *first)
{
    PyThreadState *state = PyThreadState_New(PyThreadState_GetInterpreter(first));
    PyEval_RestoreThread(state);
    PyThreadState_Clear(first);
    PyThreadState_Delete(first);
    /* As any program should: a filter that names a class of a module keeps all of it. */
    PyRun_SimpleString("import warnings; warnings.resetwarnings(); warnings.simplefilter('ignore')");
    Py_EndInterpreter(state);
    return NULL;
}

static void on_a_thread(void *(*work)(void *), void *argument)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, argument) != 0)
        exit(1);
    pthread_join(thread, NULL);
}

int main(int count, char **words)
{
    if (count != 4)
        return 2;
    int number = atoi(words[1]), own = strcmp(words[2], "own-gil") == 0, warm_up = number / 5;
    long before = 0;
    code = words[3];
    Py_InitializeEx(0);
    PyThreadState *main = PyThreadState_Get();
    for (int done = 0; done < number; done++) {
        if (done == warm_up)
            before = resident();
        PyThreadState *first = make(own);
        PyEval_SaveThread();
        on_a_thread(use, PyThreadState_GetInterpreter(first));
        on_a_thread(end, first);
        PyEval_RestoreThread(main);
    }
    printf("%s, %s: %.1f KiB kept of each interpreter\n", words[3], words[2],
           (double)(resident() - before) / (number - warm_up));
    fflush(stdout);
    _exit(0);
}
