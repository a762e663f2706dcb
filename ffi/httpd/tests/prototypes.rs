//! Functions, variables and type names, as the C compiler sees them.

use crate::c::{c_type, claim, claim_same, is_ours, pointer_name, pointer_to, prelude};
use crate::compiler::Compiler;
use crate::source::{Function, Variable, declared};

#[test]
fn declared_functions_match_their_prototypes() {
    let Some(compiler) = Compiler::find("declared_functions_match_their_prototypes") else {
        return;
    };
    let declared = declared();
    assert!(
        declared.functions.len() > 100,
        "{}",
        declared.functions.len()
    );
    let mut unit = prelude(&declared);
    for function in &declared.functions {
        claim_function(&mut unit, function);
    }
    for Variable { name, of } in &declared.variables {
        claim_same(&mut unit, &format!("__typeof__({name})"), &c_type(of), name);
    }
    compiler.judge(&unit).unwrap();
}

#[test]
fn a_parameter_of_another_type_is_noticed() {
    let Some(compiler) = Compiler::find("a_parameter_of_another_type_is_noticed") else {
        return;
    };
    let declared = declared();
    let get = declared
        .functions
        .iter()
        .find(|one| one.name == "apr_table_get");
    let mut get = get.unwrap().clone();
    assert_eq!(get.takes[0], "*const apr_table_t");
    get.takes[0] = "*mut apr_table_t".into();
    let mut unit = prelude(&declared);
    claim_function(&mut unit, &get);
    let complaints = compiler.judge(&unit).unwrap_err();
    assert!(complaints.contains("apr_table_get"), "{complaints}");
}

#[test]
fn type_names_mean_what_they_mean_in_c() {
    let Some(compiler) = Compiler::find("type_names_mean_what_they_mean_in_c") else {
        return;
    };
    let declared = declared();
    let mut unit = prelude(&declared);
    for Variable { name, of } in &declared.aliases {
        let (bytes, signed) = number(of);
        claim(&mut unit, &format!("sizeof({name}) == {bytes}"), name);
        claim(
            &mut unit,
            &format!("(({name})-1 < ({name})0) == {signed}"),
            name,
        );
    }
    for function in declared.function_types.iter().filter(|one| !is_ours(one)) {
        let name = &function.name;
        claim_same(
            &mut unit,
            &pointer_name(name),
            &pointer_to(function, ""),
            name,
        );
    }
    compiler.judge(&unit).unwrap();
}

fn claim_function(unit: &mut String, function: &Function) {
    // In parentheses, so that a macro of this name does not step in.
    let found = format!("__typeof__(&({}))", function.name);
    claim_same(unit, &found, &pointer_to(function, ""), &function.name);
}

/// Bytes of an integer type, and 1 if it has a sign.
fn number(of: &str) -> (usize, u8) {
    match of {
        "u16" => (2, 0),
        "i32" | "c_int" | "apr_int32_t" => (4, 1),
        "u32" | "c_uint" => (4, 0),
        "i64" | "isize" | "apr_int64_t" => (8, 1),
        "u64" | "usize" | "c_ulong" | "apr_uint64_t" => (8, 0),
        "c_uchar" => (1, 0),
        other => panic!("what is {other}?"),
    }
}
