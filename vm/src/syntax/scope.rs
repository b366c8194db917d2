//! What names mean while parsing: blocks, visible locals, upvalues, labels.

use super::ast::{CaptureSource, ExprKind, Function, FunctionId, Local, LocalId, Tree, Upvalue};
use super::jumps::Jumps;
use super::lexer::SyntaxError;
use crate::bytecode::StrId;
use crate::bytecode::draft::MAX_UPVALUES;

/// How many locals a function may have, hidden loop variables included.
const MAX_LOCALS: usize = 200;
/// How many locals, labels and jumps the functions around one place may have altogether.
const MAX_RECORDS: usize = 65476;

/// The scopes open at the parser's position.
#[derive(Default)]
pub(super) struct Scopes {
    /// For each name, its innermost visible local plus one; 0 for none. Indexed by `StrId`.
    bindings: Vec<u32>,
    /// All visible locals, of every open function, each with the binding it hides.
    visible: Vec<(LocalId, u32)>,
    functions: Vec<FunctionScope>,
    pub(super) blocks: Vec<BlockScope>,
    pub(super) jumps: Jumps,
    /// Locals, labels and jumps of the open functions, whether still in scope or not.
    records: usize,
}

struct FunctionScope {
    id: FunctionId,
    first_visible: usize,
    first_block: usize,
    hidden_locals: usize,
    records: usize,
}

pub(super) struct BlockScope {
    pub(super) kind: BlockKind,
    first_visible: usize,
    hidden_locals: usize,
    pub(super) first_label: usize,
    pub(super) first_jump: usize,
}

/// What leaving a block by `break` and `continue` means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    Plain,
    /// The scope of a loop's hidden variables.
    Loop,
    /// The same of a loop whose condition sees the locals of its body.
    Repeat,
}

pub(super) type Scoped<T> = Result<T, SyntaxError>;

impl Scopes {
    pub(super) fn open_function(&mut self, tree: &mut Tree, line_defined: u32) -> FunctionId {
        let id = FunctionId(tree.functions.len() as u32);
        tree.functions.push(Function { line_defined, ..Function::default() });
        let scope = FunctionScope {
            id,
            first_visible: self.visible.len(),
            first_block: self.blocks.len(),
            hidden_locals: 0,
            records: self.records,
        };
        self.functions.push(scope);
        self.open_block(BlockKind::Plain);
        id
    }

    /// Closes the innermost function; a jump that found no target is an error.
    pub(super) fn close_function(&mut self, tree: &mut Tree, text: impl Fn(StrId) -> String) -> Scoped<()> {
        let first_jump = self.block().first_jump;
        self.close_block(tree);
        let function = self.functions.pop().expect("the function is open");
        self.records = function.records;
        self.jumps.check_all_bound(first_jump, text)
    }

    pub(super) fn current_function(&self) -> FunctionId {
        self.function().id
    }

    /// Whether the parser is at the top level of the main chunk, outside every block.
    pub(super) fn is_top_level(&self) -> bool {
        self.blocks.len() == 1
    }

    pub(super) fn open_block(&mut self, kind: BlockKind) {
        let (first_label, first_jump) = self.jumps.position();
        let first_visible = self.visible.len();
        self.blocks.push(BlockScope { kind, first_visible, hidden_locals: 0, first_label, first_jump });
    }

    /// Closes the innermost block: its locals go out of sight, and its jumps are bound or become the enclosing block's business.
    pub(super) fn close_block(&mut self, tree: &mut Tree) {
        let block = self.blocks.pop().expect("blocks are opened and closed in pairs");
        let outer_active = (block.first_visible - self.function().first_visible) as u32;
        self.jumps.close_block(tree, &block, outer_active);
        while self.visible.len() > block.first_visible {
            let (local, hidden) = self.visible.pop().expect("the length was just checked");
            self.bindings[tree.locals[local.0 as usize].name.0 as usize] = hidden;
        }
        self.function_mut().hidden_locals -= block.hidden_locals;
    }

    /// Counts variables that have registers but no names, in the innermost block.
    pub(super) fn add_hidden_locals(&mut self, count: usize, line: u32) -> Scoped<()> {
        self.block_mut().hidden_locals += count;
        self.function_mut().hidden_locals += count;
        (0..count).try_for_each(|_| self.count_record(line))
    }

    /// Whether a local of this name may be declared, with `pending` others declared but not visible yet.
    pub(super) fn check_declaration(
        &mut self,
        tree: &Tree,
        name: StrId,
        pending: usize,
        line: u32,
        text: impl Fn(StrId) -> String,
    ) -> Scoped<()> {
        let hidden = self.binding(name);
        if hidden.is_some_and(|local| tree.locals[local.0 as usize].is_const) {
            return Err(redeclared(line, &text(name)));
        }
        let function = self.function();
        let active = self.visible.len() - function.first_visible + function.hidden_locals;
        if active + pending >= MAX_LOCALS {
            return Err(self.limit_error(tree, function.id, MAX_LOCALS, "local variables", line));
        }
        self.count_record(line)
    }

    /// A local that is not visible yet.
    pub(super) fn declare(&self, tree: &mut Tree, name: StrId, is_const: bool) -> LocalId {
        let id = LocalId(tree.locals.len() as u32);
        let function = self.current_function();
        let local =
            Local { name, function, is_captured: false, is_const, is_assigned: false, initialiser_hash: 0 };
        tree.locals.push(local);
        id
    }

    /// Makes a declared local visible.
    pub(super) fn show(&mut self, tree: &Tree, local: LocalId) {
        let name = tree.locals[local.0 as usize].name.0 as usize;
        if name >= self.bindings.len() {
            self.bindings.resize((name + 1).next_power_of_two(), 0);
        }
        self.visible.push((local, self.bindings[name]));
        self.bindings[name] = local.0 + 1;
    }

    fn binding(&self, name: StrId) -> Option<LocalId> {
        let binding = self.bindings.get(name.0 as usize).copied().unwrap_or(0);
        binding.checked_sub(1).map(LocalId)
    }

    /// What a name means here.
    pub(super) fn resolve(&mut self, tree: &mut Tree, name: StrId, line: u32) -> Scoped<ExprKind> {
        let Some(local) = self.binding(name) else { return Ok(ExprKind::Global(name)) };
        if tree.locals[local.0 as usize].function == self.current_function() {
            return Ok(ExprKind::Local(local));
        }
        tree.locals[local.0 as usize].is_captured = true;
        Ok(ExprKind::Upvalue(self.upvalue(tree, local, self.functions.len() - 1, line)?))
    }

    /// The upvalue of the function at `depth` that stands for a local of an enclosing one.
    fn upvalue(&self, tree: &mut Tree, local: LocalId, depth: usize, line: u32) -> Scoped<u8> {
        let id = self.functions[depth].id;
        let known = &tree.functions[id.0 as usize].upvalues;
        if let Some(index) = known.iter().position(|upvalue| upvalue.local == local) {
            return Ok(index as u8);
        }
        if known.len() >= MAX_UPVALUES {
            return Err(self.limit_error(tree, id, MAX_UPVALUES, "upvalues", line));
        }
        let Local { name, function, .. } = tree.locals[local.0 as usize];
        let source = if function == self.functions[depth - 1].id {
            CaptureSource::Local
        } else {
            CaptureSource::Upvalue(self.upvalue(tree, local, depth - 1, line)?)
        };
        let upvalues = &mut tree.functions[id.0 as usize].upvalues;
        upvalues.push(Upvalue { name, local, source });
        Ok(upvalues.len() as u8 - 1)
    }

    /// The block of the innermost loop of the function, with its index.
    pub(super) fn innermost_loop(&self) -> Option<(usize, BlockKind)> {
        let first = self.function().first_block;
        let blocks = self.blocks[first..].iter().enumerate().rev();
        blocks
            .map(|(index, block)| (first + index, block.kind))
            .find(|(_, kind)| matches!(kind, BlockKind::Loop | BlockKind::Repeat))
    }

    /// How many locals of the function were in scope where a block, perhaps one not yet opened, begins.
    pub(super) fn active_locals_before(&self, block: usize) -> u32 {
        let position = self.blocks.get(block).map_or(self.visible.len(), |block| block.first_visible);
        (position - self.function().first_visible) as u32
    }

    /// The local that came into scope when there were `active` others.
    pub(super) fn local_after(&self, active: u32) -> LocalId {
        self.visible[self.function().first_visible + active as usize].0
    }

    pub(super) fn count_record(&mut self, line: u32) -> Scoped<()> {
        if self.records >= MAX_RECORDS {
            let message = format!("chunk has more than {MAX_RECORDS} local variables");
            return Err(SyntaxError::plain(line, message));
        }
        self.records += 1;
        Ok(())
    }

    /// The error for more of something than a function can have.
    pub(super) fn limit_error(
        &self,
        tree: &Tree,
        function: FunctionId,
        limit: usize,
        what: &str,
        line: u32,
    ) -> SyntaxError {
        let function = match tree.functions[function.0 as usize].line_defined {
            0 => "main function".to_string(),
            defined => format!("function at line {defined}"),
        };
        SyntaxError::plain(line, format!("{function} has more than {limit} {what}"))
    }

    pub(super) fn active_locals(&self) -> u32 {
        (self.visible.len() - self.function().first_visible) as u32
    }

    fn function(&self) -> &FunctionScope {
        self.functions.last().expect("the main function is open while parsing")
    }

    fn function_mut(&mut self) -> &mut FunctionScope {
        self.functions.last_mut().expect("the main function is open while parsing")
    }

    pub(super) fn block(&self) -> &BlockScope {
        self.blocks.last().expect("a function's outermost block is open while parsing it")
    }

    fn block_mut(&mut self) -> &mut BlockScope {
        self.blocks.last_mut().expect("a function's outermost block is open while parsing it")
    }
}

/// The error for a second declaration of a constant.
pub(super) fn redeclared(line: u32, name: &str) -> SyntaxError {
    SyntaxError::plain(line, format!("attempt to re-declare const variable '{name}'"))
}
