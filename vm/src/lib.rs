//! The Perilune virtual machine.
