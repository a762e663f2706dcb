/*
 * The least that can be asked of httpd: a handler in C for each workload of benches/run, without any Python.
 *
 * What a Python server costs above this module is the cost of Python and of the way to it; what this module costs
 * is httpd itself. Each handler answers what the WSGI application of the same name answers, with two differences:
 * `flask` needs no framework to say its sentence, and `post1m` reads the body without hashing it.
 */
#include "httpd.h"
#include "http_config.h"
#include "http_protocol.h"
#include "util_script.h"
#include "apr_strings.h"

#define BLOCK_BYTES 65536
#define BODY_100K 102400

static int answer(request_rec *r, const char *type, const char *body, apr_size_t length)
{
    ap_set_content_type(r, type);
    ap_set_content_length(r, length);
    ap_rwrite(body, (int)length, r);
    return OK;
}

static int hello(request_rec *r)
{
    return answer(r, "text/plain", "Hello World!", 12);
}

static int flask(request_rec *r)
{
    return answer(r, "text/html; charset=utf-8", "Hello from Flask!", 17);
}

static int body100k(request_rec *r)
{
    static char body[BODY_100K]; /* zero bytes, as those of body100k.wsgi */
    return answer(r, "application/octet-stream", body, sizeof body);
}

/* The variables of a CGI program as one JSON object; no value of this benchmark needs escaping. */
static int variables(request_rec *r)
{
    ap_add_common_vars(r);
    ap_add_cgi_vars(r);
    const apr_array_header_t *pairs = apr_table_elts(r->subprocess_env);
    const apr_table_entry_t *pair = (const apr_table_entry_t *)pairs->elts;
    struct iovec *parts = apr_palloc(r->pool, (pairs->nelts * 5 + 1) * sizeof *parts);
    int used = 0;
#define ADD(text) (parts[used].iov_base = (char *)(text), parts[used++].iov_len = strlen(text))
    for (int i = 0; i < pairs->nelts; i++) {
        ADD(i == 0 ? "{\"" : "\", \"");
        ADD(pair[i].key);
        ADD("\": \"");
        ADD(pair[i].val ? pair[i].val : "");
    }
    ADD("\"}");
#undef ADD
    apr_size_t length;
    const char *text = apr_pstrcatv(r->pool, parts, used, &length);
    return answer(r, "application/json", text, length);
}

static int post1m(request_rec *r)
{
    int status = ap_setup_client_block(r, REQUEST_CHUNKED_DECHUNK);
    if (status != OK)
        return status;
    char *block = apr_palloc(r->pool, BLOCK_BYTES);
    apr_off_t total = 0;
    long got;
    while ((got = ap_get_client_block(r, block, BLOCK_BYTES)) > 0)
        total += got;
    if (got < 0)
        return HTTP_BAD_REQUEST;
    const char *text = apr_psprintf(r->pool, "%064" APR_INT64_T_FMT, (apr_int64_t)total);
    return answer(r, "text/plain", text, strlen(text));
}

static int handle(request_rec *r)
{
    static const struct {
        const char *name;
        int (*serve)(request_rec *r);
    } handlers[] = {
        {"floor-hello", hello},       {"floor-environ", variables}, {"floor-flask", flask},
        {"floor-body100k", body100k}, {"floor-post1m", post1m},
    };
    if (!r->handler)
        return DECLINED;
    for (size_t i = 0; i < sizeof handlers / sizeof *handlers; i++)
        if (strcmp(r->handler, handlers[i].name) == 0)
            return handlers[i].serve(r);
    return DECLINED;
}

static void register_hooks(apr_pool_t *pool)
{
    ap_hook_handler(handle, NULL, NULL, APR_HOOK_MIDDLE);
}

AP_DECLARE_MODULE(floor) = {STANDARD20_MODULE_STUFF, NULL, NULL, NULL, NULL, NULL, register_hooks};
