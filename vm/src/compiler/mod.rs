//! From a syntax tree to register bytecode.
//!
//! Expressions are compiled in the manner of the Lua compilers: visiting a node gives an
//! [`Operand`](operand::Operand), a description of where its value is or how to get it, and code is emitted only when the
//! value is wanted somewhere, so that it lands in its destination directly. An operand of `and`, `or`, `not` or a
//! comparison carries lists of jumps still to be aimed; lists are threaded through the instructions' jump fields.
//!
//! A register is a slot of the frame: locals first, in order of declaration, temporaries above them, as a stack.
//! Running out of registers does not stop the compiler: it notes the line, goes on, and reports the error at the end.

mod assign;
mod call;
mod emit;
mod expr;
mod jump;
mod load;
mod logic;
mod loops;
mod navigation;
mod operand;
mod operator;
mod stat;

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use crate::bytecode::{Const, Draft, DraftProto, Op, StrId, UpvalueSource, draft};
use crate::error::{Error, ErrorKind};
use crate::syntax::ast::{CaptureSource, Function, FunctionId, LocalId, StatKind, Tree};
use crate::syntax::intern::{Interner, PlainHasher};
use crate::syntax::{chunk_id, parse};
use jump::JumpList;
pub(crate) use load::load_chunk;

/// How many registers a frame can have.
const MAX_REGISTERS: u32 = draft::MAX_REGISTERS as u32;
/// The capacity from which on a map is not reused.
const LARGE_MAP: usize = 1000;

/// Compiles a chunk. The error's message begins with `chunk:line:`, and ends with `near '<eof>'` if the
/// source is the beginning of something longer.
pub fn compile(source: &[u8], chunk_name: &[u8]) -> Result<Draft, Error> {
    compile_bytes(source, chunk_name)
        .map_err(|message| Error::new(ErrorKind::Syntax, String::from_utf8_lossy(&message)))
}

/// The same with the error's message as Lua code sees it, which may quote any bytes.
pub(crate) fn compile_bytes(source: &[u8], chunk_name: &[u8]) -> Result<Draft, Vec<u8>> {
    let failed = |line: u32, message: &[u8]| {
        [format!("{}:{line}: ", chunk_id(chunk_name)).as_bytes(), message].concat()
    };
    let (tree, strings) =
        parse(source, Draft::new(chunk_name)).map_err(|error| failed(error.line(), error.message()))?;
    let mut compiler = Compiler {
        registers: vec![0; tree.locals.len()],
        labels: vec![LabelState { pc: None, pending: JumpList::EMPTY }; tree.labels.len()],
        tree: &tree,
        strings,
        protos: Vec::with_capacity(tree.functions.len()),
        string_constants: Vec::new(),
        hidden_constants: Vec::new(),
        only_indexed: None,
        scratch: Vec::new(),
        too_complex: None,
        spare: Vec::new(),
        f: FunctionState::default(),
    };
    compiler.function(FunctionId(0));
    if let Some(line) = compiler.too_complex {
        return Err(failed(line, b"function or expression too complex"));
    }
    let mut draft = compiler.strings.into_draft();
    draft.protos = compiler.protos;
    debug_assert_eq!(crate::bytecode::verify::verify(&draft), Ok(()));
    Ok(draft)
}

struct Compiler<'tree> {
    tree: &'tree Tree,
    strings: Interner,
    protos: Vec<DraftProto>,
    /// The register of each local that is or was active.
    registers: Vec<u8>,
    labels: Vec<LabelState>,
    /// Where each string is among the constants, if it is one of the function being compiled. Indexed by `StrId`.
    string_constants: Vec<StringConstant>,
    /// The entries of enclosing functions that inner ones have taken, to be put back.
    hidden_constants: Vec<(StrId, StringConstant)>,
    /// For each local, whether it is only ever indexed. Found out at the first loop that wants to know.
    only_indexed: Option<Vec<bool>>,
    /// Left-hand chains of nodes being compiled, outermost first.
    scratch: Vec<crate::syntax::ast::ExprId>,
    /// The line on which the registers ran out.
    too_complex: Option<u32>,
    /// The buffers of finished functions, for the next ones.
    spare: Vec<FunctionState>,
    /// The function being compiled.
    f: FunctionState,
}

/// The index of a string among the constants of a function.
#[derive(Clone, Copy)]
struct StringConstant {
    function: u32,
    index: u32,
}

impl StringConstant {
    const NONE: StringConstant = StringConstant { function: u32::MAX, index: 0 };
}

/// What is known while compiling one function.
#[derive(Default)]
struct FunctionState {
    index: u32,
    proto: DraftProto,
    /// The line given to the instructions emitted next.
    line: u32,
    /// The first free register.
    free: u32,
    /// The first register above the locals.
    first_temporary: u32,
    /// The register for the objects of assignments to parts (`t.part.x = 1`), if there are any.
    part: Option<u32>,
    /// The most registers in use at once.
    most_used: u32,
    /// The locals in scope.
    active: Vec<ActiveLocal>,
    loops: Vec<LoopState>,
    /// The index of each constant that is no string.
    numbers: HashMap<(u8, u64), u32, BuildHasherDefault<PlainHasher>>,
    /// How many constants of enclosing functions were hidden before.
    first_hidden: usize,
    /// The jumps of the guards (`?.`) of the navigation or statement being compiled.
    guards: JumpList,
}

impl FunctionState {
    /// Makes it the state of a function that has no code yet.
    fn restart(&mut self, index: u32, line: u32) {
        let DraftProto { code, constants, cache_keys, children, lines, locals, .. } = &mut self.proto;
        code.clear();
        constants.clear();
        cache_keys.clear();
        children.clear();
        lines.clear();
        locals.clear();
        self.active.clear();
        self.loops.clear();
        if self.numbers.capacity() > LARGE_MAP {
            // Clearing it would cost every small function as much.
            self.numbers = HashMap::default();
        }
        self.numbers.clear();
        self.guards = JumpList::EMPTY;
        self.index = index;
        self.line = line;
        self.free = 0;
        self.first_temporary = 0;
        self.most_used = 0;
        self.part = None;
    }
}

#[derive(Clone, Copy)]
struct ActiveLocal {
    local: LocalId,
    /// Its record in [`DraftProto::locals`].
    record: usize,
}

/// A loop that `break` can leave and `continue` can take to its next turn.
struct LoopState {
    breaks: JumpList,
    continues: JumpList,
    /// How many locals are in scope around it.
    active: usize,
}

#[derive(Clone, Copy)]
struct LabelState {
    pc: Option<u32>,
    pending: JumpList,
}

impl Compiler<'_> {
    /// Compiles a function and the functions inside; gives its index.
    fn function(&mut self, id: FunctionId) -> u32 {
        let index = self.protos.len() as u32;
        self.protos.push(DraftProto::default());
        let tree = self.tree;
        let function = &tree.functions[id.0 as usize];
        let mut state = self.spare.pop().unwrap_or_default();
        state.restart(index, function.line_defined);
        state.first_hidden = self.hidden_constants.len();
        let upvalues = self.upvalue_sources(function);
        let outer = std::mem::replace(&mut self.f, state);
        self.reserve(function.params.len() as u32);
        for (register, param) in function.params.iter().enumerate() {
            self.activate(*param, register as u32);
        }
        if function.assigns_to_parts {
            let register = self.reserve(1);
            self.f.first_temporary = register + 1;
            self.f.part = Some(register);
        }
        self.stats(function.body);
        self.f.line = function.last_line;
        let returns =
            function.body.of(&tree.stats).last().is_some_and(|stat| matches!(stat.kind, StatKind::Return(_)));
        if !returns {
            self.close_upvalues(0);
            self.emit(Op::RET0, 0, 0, 0);
        }
        self.leave_scope(0, false);
        for (string, outer) in self.hidden_constants.drain(self.f.first_hidden..) {
            self.string_constants[string.0 as usize] = outer;
        }
        let mut finished = std::mem::replace(&mut self.f, outer);
        jump::thread(&mut finished.proto.code);
        // The copy is no larger than it must be, and the original's buffers serve the next function.
        self.protos[index as usize] = DraftProto {
            upvalues,
            upvalue_names: function.upvalues.iter().map(|upvalue| upvalue.name).collect(),
            constant_upvalues: self.constant_upvalues(function),
            param_count: function.params.len() as u8,
            is_vararg: function.is_vararg,
            frame_size: finished.most_used.min(MAX_REGISTERS) as u8,
            line_defined: function.line_defined,
            last_line_defined: function.last_line,
            name: function.name,
            ..finished.proto.clone()
        };
        self.spare.push(finished);
        index
    }

    fn constant_upvalues(&self, function: &Function) -> u64 {
        let bit = |(index, upvalue): (usize, &crate::syntax::ast::Upvalue)| {
            u64::from(!self.tree.locals[upvalue.local.0 as usize].is_assigned) << index
        };
        function.upvalues.iter().enumerate().map(bit).fold(0, |bits, bit| bits | bit)
    }

    /// Where the function's upvalues are found in the function being compiled.
    fn upvalue_sources(&self, function: &Function) -> Vec<UpvalueSource> {
        let source = |upvalue: &crate::syntax::ast::Upvalue| match upvalue.source {
            CaptureSource::Local => UpvalueSource::ParentRegister(self.registers[upvalue.local.0 as usize]),
            CaptureSource::Upvalue(index) => UpvalueSource::ParentUpvalue(index),
        };
        function.upvalues.iter().map(source).collect()
    }

    /// The index of a string among the constants.
    fn string_constant(&mut self, string: StrId) -> u32 {
        let id = string.0 as usize;
        if id >= self.string_constants.len() {
            self.string_constants.resize(id.max(self.strings.count()) + 1, StringConstant::NONE);
        }
        let known = self.string_constants[id];
        if known.function == self.f.index {
            return known.index;
        }
        if known.function != u32::MAX {
            self.hidden_constants.push((string, known));
        }
        let constants = &mut self.f.proto.constants;
        let index = constants.len() as u32;
        constants.push(Const::Str(string));
        self.string_constants[id] = StringConstant { function: self.f.index, index };
        index
    }

    /// The index of a constant, the same for equal ones.
    fn constant(&mut self, constant: Const) -> u32 {
        let (kind, bits) = match constant {
            Const::Str(string) => return self.string_constant(string),
            Const::Number(number) => (0, number.to_bits()),
            // C values are told apart as table keys: each literal is one of its own.
            Const::Int64(_) | Const::Uint64(_) | Const::Imaginary(_) => {
                let constants = &mut self.f.proto.constants;
                constants.push(constant);
                return constants.len() as u32 - 1;
            }
        };
        let constants = &mut self.f.proto.constants;
        *self.f.numbers.entry((kind, bits)).or_insert_with(|| {
            constants.push(constant);
            constants.len() as u32 - 1
        })
    }

    /// A new inline cache slot with a string constant as its key.
    fn cache_slot(&mut self, key: StrId) -> i32 {
        let key = self.string_constant(key);
        self.f.proto.cache_keys.push(key);
        self.f.proto.cache_keys.len() as i32 - 1
    }
}

#[cfg(test)]
mod tests;
