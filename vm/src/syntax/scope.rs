//! What names mean while parsing: blocks, visible locals, upvalues, labels.

use super::ast::{
    CaptureSource, ExprKind, Function, FunctionId, GotoId, Label, LabelId, Local, LocalId, Tree, Upvalue,
};
use super::lexer::SyntaxError;
use crate::bytecode::StrId;

/// How many locals a function may have, hidden loop variables included.
const MAX_LOCALS: usize = 200;
/// How many upvalues a function may have.
const MAX_UPVALUES: usize = 60;

/// The scopes open at the parser's position.
#[derive(Default)]
pub(super) struct Scopes {
    /// For each name, its innermost visible local plus one; 0 for none. Indexed by `StrId`.
    bindings: Vec<u32>,
    /// All visible locals, of every open function, each with the binding it hides.
    visible: Vec<(LocalId, u32)>,
    functions: Vec<FunctionScope>,
    blocks: Vec<BlockScope>,
    labels: Vec<VisibleLabel>,
    gotos: Vec<PendingGoto>,
}

struct FunctionScope {
    id: FunctionId,
    first_visible: usize,
    first_block: usize,
    hidden_locals: usize,
    /// The line of a `break` outside every loop.
    stray_break: Option<u32>,
}

struct BlockScope {
    first_visible: usize,
    first_label: usize,
    first_goto: usize,
    hidden_locals: usize,
    is_loop: bool,
}

struct VisibleLabel {
    name: StrId,
    id: LabelId,
}

struct PendingGoto {
    name: StrId,
    id: GotoId,
    line: u32,
    active_locals: u32,
}

type Scoped<T> = Result<T, SyntaxError>;

impl Scopes {
    pub(super) fn open_function(&mut self, tree: &mut Tree, line_defined: u32) -> FunctionId {
        let id = FunctionId(tree.functions.len() as u32);
        tree.functions.push(Function { line_defined, ..Function::default() });
        let scope = FunctionScope {
            id,
            first_visible: self.visible.len(),
            first_block: self.blocks.len(),
            hidden_locals: 0,
            stray_break: None,
        };
        self.functions.push(scope);
        self.open_block(false);
        id
    }

    /// Closes the innermost function; a `goto` that found no label is an error.
    pub(super) fn close_function(&mut self, tree: &mut Tree, text: impl Fn(StrId) -> String) -> Scoped<()> {
        let first_goto = self.block().first_goto;
        self.close_block(tree);
        if let Some(line) = self.functions.pop().and_then(|function| function.stray_break) {
            return Err(SyntaxError::plain(line, "no loop to break"));
        }
        match self.gotos.get(first_goto) {
            Some(goto) => {
                Err(SyntaxError::plain(goto.line, format!("undefined label '{}'", text(goto.name))))
            }
            None => Ok(()),
        }
    }

    pub(super) fn current_function(&self) -> FunctionId {
        self.function().id
    }

    /// Whether the parser is at the top level of the main chunk, outside every block.
    pub(super) fn is_top_level(&self) -> bool {
        self.blocks.len() == 1
    }

    pub(super) fn open_block(&mut self, is_loop: bool) {
        self.blocks.push(BlockScope {
            first_visible: self.visible.len(),
            first_label: self.labels.len(),
            first_goto: self.gotos.len(),
            hidden_locals: 0,
            is_loop,
        });
    }

    /// Closes the innermost block: its locals go out of sight, its labels are bound to the pending gotos behind them, and what is
    /// still pending becomes the enclosing block's business.
    pub(super) fn close_block(&mut self, tree: &mut Tree) {
        let block = self.blocks.pop().expect("blocks are opened and closed in pairs");
        let labels = &self.labels[block.first_label..];
        let outer_active = (block.first_visible - self.function().first_visible) as u32;
        let mut kept = block.first_goto;
        for index in block.first_goto..self.gotos.len() {
            let goto = &mut self.gotos[index];
            match labels.iter().find(|label| label.name == goto.name) {
                Some(label) => tree.gotos[goto.id.0 as usize] = label.id,
                None => {
                    goto.active_locals = goto.active_locals.min(outer_active);
                    self.gotos.swap(kept, index);
                    kept += 1;
                }
            }
        }
        self.gotos.truncate(kept);
        self.labels.truncate(block.first_label);
        while self.visible.len() > block.first_visible {
            let (local, hidden) = self.visible.pop().expect("the length was just checked");
            self.bindings[tree.locals[local.0 as usize].name.0 as usize] = hidden;
        }
        self.function_mut().hidden_locals -= block.hidden_locals;
    }

    /// Counts variables that have registers but no names, in the innermost block.
    pub(super) fn add_hidden_locals(&mut self, count: usize) {
        self.block_mut().hidden_locals += count;
        self.function_mut().hidden_locals += count;
    }

    /// Declares a local that is not visible yet; `pending` others are in the same position.
    pub(super) fn declare(&self, tree: &mut Tree, name: StrId, pending: usize, line: u32) -> Scoped<LocalId> {
        self.check_local_limit(tree, pending, line)?;
        let id = LocalId(tree.locals.len() as u32);
        let function = self.current_function();
        tree.locals.push(Local { name, function, is_captured: false, initialiser_hash: 0 });
        Ok(id)
    }

    /// Whether there is room for one more local besides the visible and the `pending` ones.
    pub(super) fn check_local_limit(&self, tree: &Tree, pending: usize, line: u32) -> Scoped<()> {
        let function = self.function();
        let active = self.visible.len() - function.first_visible + function.hidden_locals;
        if active + pending >= MAX_LOCALS {
            return Err(self.limit_error(tree, function.id, MAX_LOCALS, "local variables", line));
        }
        Ok(())
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

    /// What a name means here.
    pub(super) fn resolve(&mut self, tree: &mut Tree, name: StrId, line: u32) -> Scoped<ExprKind> {
        let binding = self.bindings.get(name.0 as usize).copied().unwrap_or(0);
        if binding == 0 {
            return Ok(ExprKind::Global(name));
        }
        let local = LocalId(binding - 1);
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
        let Local { name, function, .. } = tree.locals[local.0 as usize];
        let source = if function == self.functions[depth - 1].id {
            CaptureSource::Local
        } else {
            CaptureSource::Upvalue(self.upvalue(tree, local, depth - 1, line)?)
        };
        let upvalues = &mut tree.functions[id.0 as usize].upvalues;
        if upvalues.len() >= MAX_UPVALUES {
            return Err(self.limit_error(tree, id, MAX_UPVALUES, "upvalues", line));
        }
        upvalues.push(Upvalue { name, local, source });
        Ok(upvalues.len() as u8 - 1)
    }

    /// A `break`. If it has no loop to leave, that is reported at the end of the function, after what is wrong before it.
    pub(super) fn add_break(&mut self, line: u32) {
        let first_block = self.function().first_block;
        if !self.blocks[first_block..].iter().any(|block| block.is_loop) {
            self.function_mut().stray_break.get_or_insert(line);
        }
    }

    /// A `goto`: bound at once to a label above it in the same block, else kept until its label comes.
    pub(super) fn add_goto(&mut self, tree: &mut Tree, name: StrId, line: u32) -> GotoId {
        let id = GotoId(tree.gotos.len() as u32);
        tree.gotos.push(LabelId(u32::MAX));
        match self.labels[self.block().first_label..].iter().find(|label| label.name == name) {
            Some(label) => tree.gotos[id.0 as usize] = label.id,
            None => self.gotos.push(PendingGoto { name, id, line, active_locals: self.active_locals() }),
        }
        id
    }

    /// A label with a name that the block does not have yet.
    pub(super) fn add_label(
        &mut self,
        tree: &mut Tree,
        name: StrId,
        line: u32,
        text: impl Fn(StrId) -> String,
    ) -> Scoped<LabelId> {
        if self.labels[self.block().first_label..].iter().any(|label| label.name == name) {
            return Err(SyntaxError::plain(line, format!("duplicate label '{}'", text(name))));
        }
        let id = LabelId(tree.labels.len() as u32);
        tree.labels.push(Label { active_locals: self.active_locals() });
        self.labels.push(VisibleLabel { name, id });
        Ok(id)
    }

    /// After a label and perhaps the others that end the block with it: binds the gotos that were waiting for it.
    pub(super) fn bind_label(
        &mut self,
        tree: &mut Tree,
        label: LabelId,
        ends_block: bool,
        text: impl Fn(StrId) -> String,
    ) -> Scoped<()> {
        let function_start = self.function().first_visible;
        if ends_block {
            // Nothing can use the block's locals any more: they count as out of scope already.
            let outer = (self.block().first_visible - function_start) as u32;
            tree.labels[label.0 as usize].active_locals = outer;
        }
        let active_locals = tree.labels[label.0 as usize].active_locals;
        let first_goto = self.block().first_goto;
        let name = self.labels.iter().rev().find(|visible| visible.id == label).map(|visible| visible.name);
        for goto in self.gotos[first_goto..].iter().filter(|goto| Some(goto.name) == name) {
            if goto.active_locals < active_locals {
                let (local, _) = self.visible[function_start + goto.active_locals as usize];
                let local = text(tree.locals[local.0 as usize].name);
                let message = format!("<goto {}> jumps into the scope of local '{local}'", text(goto.name));
                return Err(SyntaxError::plain(goto.line, message));
            }
            tree.gotos[goto.id.0 as usize] = label;
        }
        let mut index = 0;
        self.gotos.retain(|goto| {
            index += 1;
            index <= first_goto || Some(goto.name) != name
        });
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

    fn active_locals(&self) -> u32 {
        (self.visible.len() - self.function().first_visible) as u32
    }

    fn function(&self) -> &FunctionScope {
        self.functions.last().expect("the main function is open while parsing")
    }

    fn function_mut(&mut self) -> &mut FunctionScope {
        self.functions.last_mut().expect("the main function is open while parsing")
    }

    fn block(&self) -> &BlockScope {
        self.blocks.last().expect("a function's outermost block is open while parsing it")
    }

    fn block_mut(&mut self) -> &mut BlockScope {
        self.blocks.last_mut().expect("a function's outermost block is open while parsing it")
    }
}
