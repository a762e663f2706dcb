/* An extension module that ends its process when it is imported in any interpreter but the main one. It says that it lives in all
 * of them. For builds of CPython with the GIL; declared by hand, as there may be no headers. */
#include <stdlib.h>

typedef struct { int slot; void *value; } Slot;
typedef struct {
    long refcount; void *type; void *init; long index; void *copy;
    const char *name, *doc; long size; void *methods; Slot *slots; void *traverse, *clear, *free;
} Definition;

extern void *PyModuleDef_Init(Definition *);
extern void *PyInterpreterState_Get(void), *PyInterpreterState_Main(void);

static int execute(void *module) {
    (void)module;
    if (PyInterpreterState_Get() != PyInterpreterState_Main()) abort();
    return 0;
}

/* Py_mod_exec; Py_mod_multiple_interpreters: Py_MOD_PER_INTERPRETER_GIL_SUPPORTED, which Python has since 3.12. */
static Slot slots[] = {{2, execute}, {3, (void *)2}, {0, NULL}};
static Definition definition = {1, NULL, NULL, 0, NULL, "aborts", NULL, 0, NULL, slots, NULL, NULL, NULL};

void *PyInit_aborts(void) { return PyModuleDef_Init(&definition); }
