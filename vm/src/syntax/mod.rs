//! From source bytes to a syntax tree.
//!
//! The [`Lexer`](lexer::Lexer) turns bytes into tokens and interns every name and string; the
//! [parser](parser::parse) builds a [`Tree`]: nodes in flat vectors that refer to each other by index. While it
//! parses it also resolves names, so that the tree already says which local variable, upvalue or global a name
//! means, which locals are captured by closures, and where each `goto` leads. Nothing here knows the heap; every
//! limit (nesting, number of locals, number of upvalues) ends in an error, so that no input overflows the stack.

pub mod ast;
pub mod chunk_id;
pub mod intern;
mod jumps;
pub mod lexer;
pub mod parser;
mod scope;
pub mod token;

pub use ast::Tree;
pub use chunk_id::chunk_id;
pub use parser::parse;
