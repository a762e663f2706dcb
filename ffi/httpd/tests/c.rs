//! Rust declarations in C's words.

use std::fmt::Write as _;

use crate::source::{Declared, Function};

/// C names of what is anonymous or has no typedef in the headers.
const NAMES: &str = r"
typedef struct ap_logconf ap_logconf;
typedef struct htaccess_result htaccess_result;
typedef struct hostent hostent;
typedef struct rlimit rlimit;
typedef enum cmd_how cmd_how;
typedef struct apr_bucket_list apr_bucket_list;
typedef __typeof__(((apr_bucket *)0)->link) apr_bucket_link;
typedef __typeof__(((apr_bucket_type_t *)0)->is_metadata) is_metadata_e;
";

/// The start of a C file that judges: every header that has a file here, and the names that C lacks.
pub(crate) fn prelude(declared: &Declared) -> String {
    let mut unit = String::from("#include <stddef.h>\n#include <netdb.h>\n#include \"httpd.h\"\n");
    for header in &declared.headers {
        writeln!(unit, "#include \"{header}\"").unwrap();
    }
    unit.push_str(NAMES);
    for function in declared.function_types.iter().filter(|one| is_ours(one)) {
        let Function { name, .. } = function;
        writeln!(unit, "typedef {};", pointer_to(function, name)).unwrap();
    }
    unit
}

/// Whether C has no name for this type of a function.
pub(crate) fn is_ours(function: &Function) -> bool {
    !function.name.starts_with("ap")
}

/// A pointer to `function`, as a type if `declarator` is empty.
pub(crate) fn pointer_to(function: &Function, declarator: &str) -> String {
    let takes = match &function.takes[..] {
        [] => "void".into(),
        takes => takes
            .iter()
            .map(|of| c_type(of))
            .collect::<Vec<_>>()
            .join(", "),
    };
    format!("{} (*{declarator})({takes})", c_type(&function.returns))
}

/// The C type that a Rust type stands for.
pub(crate) fn c_type(rust: &str) -> String {
    let rust = rust.trim();
    if let Some(target) = rust.strip_prefix("*const ") {
        return format!("{} const *", c_type(target));
    }
    if let Some(target) = rust.strip_prefix("*mut ") {
        return format!("{} *", c_type(target));
    }
    if let Some(function) = rust.strip_prefix("Option<") {
        return pointer_name(function.trim_end_matches('>'));
    }
    if let Some((of, count)) = rust
        .strip_prefix('[')
        .and_then(|array| array.strip_suffix(']')?.split_once("; "))
    {
        return format!("__typeof__({}[{count}])", c_type(of));
    }
    match rust {
        "()" | "c_void" => "void",
        "c_char" => "char",
        "c_schar" => "signed char",
        "c_uchar" => "unsigned char",
        "c_int" => "int",
        "c_uint" => "unsigned int",
        "c_long" => "long",
        "c_ulong" => "unsigned long",
        same => same,
    }
    .into()
}

/// The C type of a pointer to the function type `name`: some typedefs are pointers already.
pub(crate) fn pointer_name(name: &str) -> String {
    let is_function = ["ap_HOOK_", "apr_OFN_", "apr_opt_fn_t"]
        .iter()
        .any(|start| name.starts_with(start));
    format!("{name}{}", if is_function { " *" } else { "" })
}

/// A line that does not compile unless `condition` holds; `what` is in the error.
pub(crate) fn claim(unit: &mut String, condition: &str, what: &str) {
    writeln!(unit, "_Static_assert({condition}, \"{what}\");").unwrap();
}

/// A claim that two C types are the same, but for outer qualifiers.
pub(crate) fn claim_same(unit: &mut String, left: &str, right: &str, what: &str) {
    claim(
        unit,
        &format!("__builtin_types_compatible_p({left}, {right})"),
        what,
    );
}
