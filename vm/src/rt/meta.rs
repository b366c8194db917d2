//! The table of metamethod events.

macro_rules! metas {
    ($($(#[doc = $doc:literal])+ $variant:ident $name:literal,)+) => {
        /// A metamethod event.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Meta { $($(#[doc = $doc])+ $variant,)+ }

        impl Meta {
            /// Every event. Those up to `Call` have a bit in a metatable's header that says "absent".
            pub const ALL: &'static [Meta] = &[$(Meta::$variant,)+];

            /// The key in the metatable.
            pub fn name(self) -> &'static str {
                match self { $(Meta::$variant => $name,)+ }
            }
        }
    };
}

metas! {
    /// Reading an absent key.
    Index "__index",
    /// Assigning an absent key.
    NewIndex "__newindex",
    /// Weakness.
    Mode "__mode",
    /// Finalizer.
    Gc "__gc",
    /// `==`
    Eq "__eq",
    /// `#`
    Len "__len",
    /// Calling a value.
    Call "__call",
    /// `+`
    Add "__add",
    /// `-`
    Sub "__sub",
    /// `*`
    Mul "__mul",
    /// `/`
    Div "__div",
    /// `%`
    Mod "__mod",
    /// `^`
    Pow "__pow",
    /// unary `-`
    Unm "__unm",
    /// `..`
    Concat "__concat",
    /// `<`
    Lt "__lt",
    /// `<=`
    Le "__le",
    /// `getmetatable` and its protection.
    Metatable "__metatable",
    /// `tostring`
    ToString "__tostring",
    /// The name of a host type, for messages.
    Name "__name",
}
