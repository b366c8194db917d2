//! C types and C values: how Lua sees memory it does not own.
//!
//! A *ctype* ([`ctype`]) names the fields of a piece of memory and where they lie. A *cdata* ([`cdata`]) is a heap object of such a
//! type: either **owned**, its bytes in the cell (`Vec3(1, 2, 3)`), or a **view** of memory the host lends
//! (a component in an ECS table). Views are what must never go wrong, so [`view`] holds the one rule: a view is used only in the
//! epoch it was lent in, and the host moves the epoch before the memory may move.
//!
//! [`access`] gives fields their meaning (read, write, refuse), [`arith`] the operators, [`vector`] the math types, [`rows`] the
//! loop over the rows of a host's tables. Interpreter and library call `access` and `arith` from their slow paths; nothing
//! else in the VM knows what is inside a cdata.
//!
//! The collector sees a leaf: a cdata refers to no heap cell. That is why a struct inside an owned struct reads as a
//! copy, while one inside a view is a view of the same memory.

pub mod access;
pub mod arith;
pub mod assign;
pub(crate) mod carith;
pub(crate) mod ccall;
pub(crate) mod cconv;
pub mod cdata;
pub(crate) mod cindex;
pub(crate) mod cinit;
mod ctext;
pub mod cparse;
pub mod ctab;
pub mod ctype;
pub mod entity;
pub mod host;
pub(crate) mod memory;
pub(crate) mod place;
pub mod rows;
pub mod state;
pub mod vector;
pub mod view;

#[cfg(test)]
mod tests;
