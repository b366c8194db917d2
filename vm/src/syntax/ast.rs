//! The syntax tree: nodes in flat vectors, referring to each other by index.
//!
//! Names are resolved: an expression that is a name says whether it is a local variable, an upvalue or a global.

use crate::bytecode::{BitOp, StrId};
use crate::convert::NumberLiteral;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        $($(#[$doc])* #[derive(Clone, Copy, Debug, PartialEq, Eq)] pub struct $name(pub u32);)+
    };
}

ids! {
    /// An index into [`Tree::exprs`].
    ExprId,
    /// An index into [`Tree::functions`]; the main chunk is 0.
    FunctionId,
    /// An index into [`Tree::locals`].
    LocalId,
    /// An index into [`Tree::labels`].
    LabelId,
    /// An index into [`Tree::gotos`].
    GotoId,
}

/// A range of one of the tree's vectors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Span {
    /// The first index.
    pub start: u32,
    /// How many there are.
    pub len: u32,
}

impl Span {
    /// The part of a vector it stands for.
    pub fn of<T>(self, items: &[T]) -> &[T] {
        &items[self.start as usize..(self.start + self.len) as usize]
    }
}

/// A parsed chunk.
#[derive(Debug, Default)]
pub struct Tree {
    /// All expressions; operands come before what uses them.
    pub exprs: Vec<Expr>,
    /// Expression lists: arguments, right-hand sides, returned values.
    pub lists: Vec<ExprId>,
    /// Items of table constructors.
    pub items: Vec<Item>,
    /// Statements; a block is a [`Span`] of them.
    pub stats: Vec<Stat>,
    /// The arms of `if` statements.
    pub arms: Vec<Arm>,
    /// All functions, the main chunk first.
    pub functions: Vec<Function>,
    /// All local variables, in order of declaration.
    pub locals: Vec<Local>,
    /// All labels.
    pub labels: Vec<Label>,
    /// Where each `goto` leads.
    pub gotos: Vec<LabelId>,
}

impl Tree {
    /// The object of a field or element, if it is a field or element itself.
    pub fn part_of(&self, id: ExprId) -> Option<ExprId> {
        match self.exprs[id.0 as usize].kind {
            ExprKind::Field { object, .. } | ExprKind::Index { object, .. } => {
                let kind = self.exprs[object.0 as usize].kind;
                matches!(kind, ExprKind::Field { .. } | ExprKind::Index { .. }).then_some(object)
            }
            _ => None,
        }
    }

    /// For each local variable, whether it is only ever indexed, so that its value goes nowhere else.
    pub fn only_indexed(&self) -> Vec<bool> {
        let mut uses = vec![0i32; self.locals.len()];
        let local = |id: ExprId| match self.exprs[id.0 as usize].kind {
            ExprKind::Local(local) => Some(local.0 as usize),
            _ => None,
        };
        for expr in &self.exprs {
            match expr.kind {
                ExprKind::Local(local) => uses[local.0 as usize] += 1,
                ExprKind::Field { object, .. } | ExprKind::Index { object, .. } => {
                    if let Some(local) = local(object) {
                        uses[local] -= 1;
                    }
                }
                _ => {}
            }
        }
        uses.iter().zip(&self.locals).map(|(uses, local)| *uses == 0 && !local.is_captured).collect()
    }
}

/// An expression.
#[derive(Clone, Copy, Debug)]
pub struct Expr {
    /// The line of its last token, which is the one errors report.
    pub line: u32,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expressions.
#[derive(Clone, Copy, Debug)]
pub enum ExprKind {
    /// `nil`
    Nil,
    /// `false`
    False,
    /// `true`
    True,
    /// `...`
    Vararg,
    /// A number.
    Number(NumberLiteral),
    /// A string.
    Str(StrId),
    /// `function ... end`
    Function(FunctionId),
    /// A local variable of the same function.
    Local(LocalId),
    /// An upvalue, by its index.
    Upvalue(u8),
    /// A global variable.
    Global(StrId),
    /// `object.name`
    Field {
        /// The object.
        object: ExprId,
        /// The name.
        name: StrId,
    },
    /// `object[key]`
    Index {
        /// The object.
        object: ExprId,
        /// The key.
        key: ExprId,
    },
    /// `callee(arguments)`; the line is that of the argument list's beginning.
    Call {
        /// The function.
        callee: ExprId,
        /// The arguments, in [`Tree::lists`].
        arguments: Span,
    },
    /// `object:name(arguments)`
    Method {
        /// The object.
        object: ExprId,
        /// The method's name.
        name: StrId,
        /// The arguments, in [`Tree::lists`].
        arguments: Span,
        /// `object:name?.(arguments)`: if there is no such method, [navigation](ExprKind::Navigation) ends here.
        is_guarded: bool,
    },
    /// `object?.` in front of a field, index or call: if the object is nil, [navigation](ExprKind::Navigation) ends here.
    Guard(ExprId),
    /// A chain of fields, indices and calls with guards in it; nil if one of them ends it. A chain that is a statement
    /// or is assigned to stands without this node: the guards end the statement.
    Navigation(ExprId),
    /// `condition ? accepted : rejected`
    Conditional {
        /// The condition.
        condition: ExprId,
        /// The value if it holds.
        accepted: ExprId,
        /// The value if it does not.
        rejected: ExprId,
    },
    /// `left op right`
    Binary {
        /// The operator.
        op: BinaryOp,
        /// The left operand.
        left: ExprId,
        /// The right operand.
        right: ExprId,
    },
    /// `op operand`
    Unary {
        /// The operator.
        op: UnaryOp,
        /// The operand.
        operand: ExprId,
    },
    /// An expression in parentheses that is not the same without.
    Paren(ExprId),
    /// `{items}`, in [`Tree::items`].
    Table(Span),
}

/// Binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `^`
    Pow,
    /// `..`
    Concat,
    /// `==`
    Eq,
    /// `~=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `and`
    And,
    /// `or`
    Or,
    /// `??`
    Coalesce,
    /// A bit operator.
    Bit(BitOp),
}

/// Unary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    /// `-`
    Minus,
    /// `not`
    Not,
    /// `#`
    Length,
    /// `~`
    BitNot,
}

/// One item of a table constructor.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    /// Where the value goes.
    pub key: ItemKey,
    /// The value.
    pub value: ExprId,
}

/// Where an item of a table constructor goes.
#[derive(Clone, Copy, Debug)]
pub enum ItemKey {
    /// `value`: the next position.
    Positional,
    /// `name = value`
    Name(StrId),
    /// `[key] = value`
    Expr(ExprId),
}

/// A block: statements in [`Tree::stats`].
pub type Block = Span;

/// A statement.
#[derive(Clone, Copy, Debug)]
pub struct Stat {
    /// The line of its first token.
    pub line: u32,
    /// The line of its last token.
    pub end_line: u32,
    /// What it is.
    pub kind: StatKind,
}

/// The kinds of statements.
#[derive(Clone, Copy, Debug)]
pub enum StatKind {
    /// `local a, b = values`
    Local {
        /// The first variable; the others follow it.
        first: LocalId,
        /// How many variables.
        count: u32,
        /// The values.
        values: Span,
    },
    /// `local function f() ... end`
    LocalFunction {
        /// The variable.
        local: LocalId,
        /// The function, an [`ExprKind::Function`].
        function: ExprId,
    },
    /// `function a.b:c() ... end`
    Function {
        /// The variable or field.
        target: ExprId,
        /// The function, an [`ExprKind::Function`].
        function: ExprId,
    },
    /// `targets = values`
    Assign {
        /// Variables, fields and elements.
        targets: Span,
        /// The values.
        values: Span,
    },
    /// `target op= value`
    Compound {
        /// The operator.
        op: BinaryOp,
        /// The variable, field or element.
        target: ExprId,
        /// The right operand.
        value: ExprId,
        /// The line of the operator.
        line: u32,
    },
    /// A call as a statement.
    Call(ExprId),
    /// `do ... end`
    Do(Block),
    /// `while condition do ... end`
    While {
        /// The condition.
        condition: ExprId,
        /// The body.
        body: Block,
    },
    /// `repeat ... until condition`
    Repeat {
        /// The body.
        body: Block,
        /// The condition, which sees the body's locals.
        condition: ExprId,
    },
    /// `if ... elseif ... else ... end`
    If {
        /// Conditions and their blocks, in [`Tree::arms`].
        arms: Span,
        /// The `else` block.
        otherwise: Option<Block>,
    },
    /// `for variable = start, limit, step do ... end`
    NumericFor {
        /// The variable.
        variable: LocalId,
        /// Start, limit and perhaps step, in [`Tree::lists`].
        range: Span,
        /// The body.
        body: Block,
    },
    /// `for variables in values do ... end`
    GenericFor {
        /// The first variable; the others follow it.
        first: LocalId,
        /// How many variables.
        count: u32,
        /// The iterator's values.
        values: Span,
        /// The body.
        body: Block,
    },
    /// `return values`
    Return(Span),
    /// `break`
    Break,
    /// `continue`
    Continue {
        /// How many locals of the function stay in scope where it leads.
        active_locals: u32,
    },
    /// `goto label`
    Goto(GotoId),
    /// `::label::`
    Label(LabelId),
}

/// A condition with its block.
#[derive(Clone, Copy, Debug)]
pub struct Arm {
    /// The condition.
    pub condition: ExprId,
    /// What is run when it holds.
    pub block: Block,
}

/// A function.
#[derive(Debug, Default)]
pub struct Function {
    /// The name it is written with: `Ship.update`, `helper`.
    pub name: Option<StrId>,
    /// The parameters, in [`Tree::locals`]; `self` is one of them.
    pub params: Vec<LocalId>,
    /// Whether it takes `...`.
    pub is_vararg: bool,
    /// Whether it assigns to fields of fields or elements: `t.part.x = 1`.
    pub assigns_to_parts: bool,
    /// Its statements.
    pub body: Block,
    /// The line of `function`; 0 for the main chunk.
    pub line_defined: u32,
    /// The line of its `end`.
    pub last_line: u32,
    /// Its upvalues.
    pub upvalues: Vec<Upvalue>,
}

/// An upvalue of a function.
#[derive(Clone, Copy, Debug)]
pub struct Upvalue {
    /// The variable's name.
    pub name: StrId,
    /// The variable itself, whichever function it belongs to.
    pub local: LocalId,
    /// Where the enclosing function has it.
    pub source: CaptureSource,
}

/// Where an enclosing function has a captured variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptureSource {
    /// It is a local of that function.
    Local,
    /// It is an upvalue of that function too.
    Upvalue(u8),
}

/// A local variable.
#[derive(Clone, Copy, Debug)]
pub struct Local {
    /// The name.
    pub name: StrId,
    /// The function it belongs to.
    pub function: FunctionId,
    /// Whether a closure captures it.
    pub is_captured: bool,
    /// Whether it was declared by `const`.
    pub is_const: bool,
    /// Whether it is assigned to after its declaration.
    pub is_assigned: bool,
    /// A hash of the initialiser's source text, for the top level of a chunk; else 0.
    pub initialiser_hash: u64,
}

/// A label.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// How many locals of its function are in scope there.
    pub active_locals: u32,
}
