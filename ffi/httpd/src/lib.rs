//! Raw declarations.
