//! Structs, constants and bit-fields, as the C compiler sees them.

use std::fmt::Write as _;

use ffi_httpd::layout::{Layout, Size};
use ffi_httpd::{BIT_FIELDS, CONSTANTS, LAYOUTS, MODULE_MAGIC_NUMBER_MINOR, apr_array_header_t};

use crate::c::{c_type, claim, claim_same, prelude};
use crate::compiler::Compiler;
use crate::source::declared;

#[test]
fn recorded_layouts_match_the_installed_headers() {
    let Some(compiler) = Compiler::find("recorded_layouts_match_the_installed_headers") else {
        return;
    };
    let mut unit = prelude(&declared());
    for layout in LAYOUTS {
        claim_layout(&mut unit, layout.name, &layout.size, &fields(layout));
    }
    compiler.judge(&unit).unwrap();
}

#[test]
fn two_exchanged_fields_are_noticed() {
    let Some(compiler) = Compiler::find("two_exchanged_fields_are_noticed") else {
        return;
    };
    let layout = apr_array_header_t::LAYOUT;
    let mut fields = fields(&layout);
    let (nelts, nalloc) = (fields[2].0, fields[3].0);
    assert_eq!((nelts, nalloc), ("nelts", "nalloc"));
    (fields[2].0, fields[3].0) = (nalloc, nelts);
    let mut unit = prelude(&declared());
    claim_layout(&mut unit, layout.name, &layout.size, &fields);
    let complaints = compiler.judge(&unit).unwrap_err();
    assert!(
        complaints.contains("apr_array_header_t.nelts"),
        "{complaints}"
    );
}

#[test]
fn a_field_of_another_type_is_noticed() {
    let Some(compiler) = Compiler::find("a_field_of_another_type_is_noticed") else {
        return;
    };
    let layout = apr_array_header_t::LAYOUT;
    let mut fields = fields(&layout);
    assert_eq!(fields[2].2, "c_int");
    fields[2].2 = "c_uint";
    let mut unit = prelude(&declared());
    claim_layout(&mut unit, layout.name, &layout.size, &fields);
    let complaints = compiler.judge(&unit).unwrap_err();
    assert!(
        complaints.contains("type of apr_array_header_t.nelts"),
        "{complaints}"
    );
}

#[test]
fn every_struct_is_on_the_list() {
    let sources = include_str!("../src/lib.rs");
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src")).unwrap() {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        for line in text
            .lines()
            .filter(|line| line.starts_with("c_struct! { \""))
        {
            let name = line.split_whitespace().nth(4).unwrap();
            assert!(sources.contains(&format!("    {name}::LAYOUT,")), "{name}");
        }
    }
}

#[test]
fn recorded_constants_match_the_installed_headers() {
    let Some(compiler) = Compiler::find("recorded_constants_match_the_installed_headers") else {
        return;
    };
    let mut unit = prelude(&declared());
    for constant in CONSTANTS.iter().copied().flatten() {
        let name = constant.name;
        claim(&mut unit, &format!("({name}) == {}", constant.value), name);
    }
    let newer = format!("MODULE_MAGIC_NUMBER_MINOR >= {MODULE_MAGIC_NUMBER_MINOR}");
    claim(&mut unit, &newer, "httpd is 2.4.50 or newer");
    compiler.judge(&unit).unwrap();
}

#[test]
fn a_constant_with_another_value_is_noticed() {
    let Some(compiler) = Compiler::find("a_constant_with_another_value_is_noticed") else {
        return;
    };
    let mut unit = prelude(&declared());
    claim(&mut unit, "(APR_EOF) == 70015", "APR_EOF");
    let complaints = compiler.judge(&unit).unwrap_err();
    assert!(complaints.contains("APR_EOF"), "{complaints}");
}

#[test]
fn bit_fields_are_where_a_running_c_program_finds_them() {
    let Some(compiler) = Compiler::find("bit_fields_are_where_a_running_c_program_finds_them")
    else {
        return;
    };
    let mut unit = prelude(&declared());
    unit.push_str(
        "#include <stdio.h>\n#include <string.h>\n\
         static void show(const char *name, const unsigned char *bytes, size_t size) {\n\
         for (size_t at = 0; at < size; at++)\n\
         if (bytes[at]) printf(\"%s %zu %d\\n\", name, at, bytes[at]);\n\
         }\nint main(void) {\n",
    );
    let mut expected = String::new();
    for field in BIT_FIELDS {
        let (within, name) = (field.within, field.name);
        writeln!(
            unit,
            "{{ {within} one; memset(&one, 0, sizeof one); one.{name} = ~0u; show(\"{name}\", (void *)&one, sizeof one); }}"
        )
        .unwrap();
        writeln!(expected, "{name} {} {}", field.byte, field.mask).unwrap();
    }
    unit.push_str("return 0; }\n");
    assert_eq!(compiler.printed_by(&unit), expected);
}

/// Name, offset and Rust type of each field that C has.
fn fields(layout: &Layout) -> Vec<(&'static str, usize, &'static str)> {
    layout
        .fields
        .iter()
        .map(|field| (field.name.trim_start_matches("r#"), field.offset, field.of))
        .filter(|(name, ..)| !name.starts_with('_'))
        .collect()
}

fn claim_layout(unit: &mut String, name: &str, size: &Size, fields: &[(&str, usize, &str)]) {
    let size = match size {
        Size::Exactly(bytes) => format!("== {bytes}"),
        Size::AtLeast(bytes) => format!(">= {bytes}"),
    };
    claim(
        unit,
        &format!("sizeof({name}) {size}"),
        &format!("size of {name}"),
    );
    for (field, offset, of) in fields {
        let what = format!("{name}.{field}");
        claim(
            unit,
            &format!("offsetof({name}, {field}) == {offset}"),
            &what,
        );
        let found = format!("__typeof__((({name} *)0)->{field})");
        claim_same(unit, &found, &c_type(of), &format!("type of {what}"));
    }
}
