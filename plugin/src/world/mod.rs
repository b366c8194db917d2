//! The only place that touches Bevy's dynamic ECS API: raw columns, query access, change ticks, reflected pointers.
//!
//! What a script names ([`names`]) becomes C types from reflection ([`layout`], [`reflect`]) or is declared by a script ([`component`]), and declared access ([`query`]). A
//! [`system::ScriptParam`] holds that access inside a Bevy system; while the system runs, the VM's host context holds a
//! [`run::Run`], through which the functions scripts call ([`commands`], [`access`]) reach the world. The run ends with
//! the view epoch, so nothing lent in it can be used later.

pub(crate) mod access;
mod adhoc;
pub(crate) mod commands;
pub(crate) mod component;
pub(crate) mod context;
pub(crate) mod declare;
pub(crate) mod driver;
pub(crate) mod layout;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod observers;
pub(crate) mod query;
pub(crate) mod reached;
pub(crate) mod reflect;
pub(crate) mod run;
pub(crate) mod storage;
pub(crate) mod system;
pub(crate) mod terms;

#[cfg(test)]
mod tests;
