//! Why something is not compiled: named and counted.

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident $text:literal,)+) => {
        /// Why a recording ended without a trace.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Reason { $($(#[doc = $doc])+ $name,)+ }
        impl Reason {
            /// What a user reads.
            pub(crate) fn text(self) -> &'static str {
                match self { $(Reason::$name => $text,)+ }
            }
        }
    };
}

reasons! {
    /// The recorded instruction raised an error, switched coroutines, or called Lua by way of a native or a metamethod.
    LeftFrame "left the recorded frame",
    /// The function returned.
    Returned "return to a caller that was not recorded",
    /// A loop inside, which is to be compiled first.
    InnerLoop "a loop inside",
    /// Too many instructions.
    TooLong "trace too long",
    /// A call too deep.
    TooDeep "calls too deep, or recursion",
    /// A call with as many results as there are, or up to the top.
    OpenValues "NYI: any number of values",
    /// A function with `...` was called.
    Vararg "NYI: call of a vararg function",
    /// `pcall`, `coroutine.*` and their like.
    Special "NYI: call of a native that runs Lua functions",
    /// A native that may change what the trace relies on.
    Invasive "call of a native that may change variables",
    /// A value with `__call`.
    CallHandler "NYI: call of a value that is no function",
    /// A tail call out of the frame in which the loop is.
    TailCall "tail call out of the loop's function",
    /// A variable changes its type from turn to turn.
    Unstable "the type of a variable changes",
    /// A view of a component, or a part of one, goes where an object is needed.
    View "NYI: a view of a component that is kept",
    /// Nearly every instruction is left to the interpreter, which is faster without the detour.
    Interpreter "mostly work for the interpreter",
    /// Compiled code was left so soon and so often that the interpreter is faster.
    Unprofitable "left too often",
    /// The machine code could not be made.
    Backend "the code generator refused",
    /// Code for this was compiled, but is not any more.
    Flushed "flushed while recording",
    /// The function is newer than its closures.
    Reloaded "reloaded code",
    /// `jit.off` was called for a function.
    SwitchedOff "compilation is switched off for a function",
    /// Another region was to be had in its place.
    Evicted "evicted: too many regions, or too much code",
    /// No memory.
    Memory "not enough memory",
}
