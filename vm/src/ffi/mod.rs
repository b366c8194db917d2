//! C types and C values: how Lua sees memory it does not own, and memory laid out as C lays it out.
//!
//! There are two kinds of C types, told apart by their ids. Those of the **host** ([`ctype`]) describe Rust values: names and offsets of fields,
//! what is checked before a write, what goes through the host. Those that **scripts declare** ([`ctab`], filled by the parser in [`cparse`]) are
//! C's own, and what is done with them follows LuaJIT to the letter.
//!
//! A *cdata* ([`cdata`]) is a heap object of either kind of type: **owned**, its bytes in the cell; a **view** of memory the host lends
//! (a component in an ECS table); a reference or pointer **into** one of those, which it keeps alive; or a **raw** pointer. Views must
//! never go wrong, so [`view`] holds the one rule: a view is used only in the epoch it was lent in, and the host moves the epoch before the
//! memory may move. What the others may touch is in [`memory`].
//!
//! | for the host's types | for declared types |
//! |---|---|
//! | [`access`]: fields, [`scalars`]: their loads and stores, [`show`]: text and plain data | [`cindex`]: fields, elements, `->` |
//! | [`assign`]: whole values, from tables | [`cconv`], [`caggregate`], [`cnumber`]: conversions, [`cinit`]: initialisers |
//! | [`arith`], [`vector`], [`structs`], [`duration`]: the operators of math types and spans of time | [`carith`]: integers, pointers, metatypes |
//! | [`host`]: registration, fields the host serves | [`state`]: fields by name, metatypes, capability |
//! | [`rows`], [`cursor`], [`column`], [`part`]: the loops over a host's tables, without an object for each part; [`path`]: parts behind lists and options | [`ccall`]: calls, callbacks, libraries; [`ctext`]: `tostring`; [`named`]: the host's types in declarations |
//!
//! Interpreter and library enter through `access` and `arith`, which ask first which kind it is; [`place`] is what inline caches remember
//! of a field of either kind. Nothing else in the VM knows what is inside a cdata.
//!
//! The collector sees no more than the owner a pointer into another value keeps. A struct inside an owned struct of a
//! host's type reads as a copy; inside a view or a declared struct it is the same memory.

pub mod access;
pub mod arith;
pub mod array;
pub mod assign;
mod caggregate;
pub(crate) mod carith;
pub(crate) mod ccall;
pub(crate) mod cconv;
pub mod cdata;
pub(crate) mod cindex;
pub(crate) mod cinit;
mod cnumber;
pub mod column;
pub mod cparse;
pub mod ctab;
mod ctext;
pub mod ctype;
pub(crate) mod cursor;
pub mod duration;
pub mod entity;
pub mod host;
mod linear;
pub mod list;
pub(crate) mod memory;
mod named;
pub(crate) mod part;
mod path;
pub(crate) mod place;
pub mod rows;
pub(crate) mod scalars;
mod show;
pub mod state;
pub mod structs;
pub mod vector;
pub mod view;

#[cfg(test)]
mod tests;
