//! `goto`, `break` and `continue`: which label or loop each of them leads to.
//!
//! A jump is bound as soon as its target is known: to a label above it in the same block at once, to one below it when that
//! comes, to one of an enclosing block when its own block is closed. Jumps and labels of the same name are chained, so
//! that finding one another takes no search.

use super::ast::{GotoId, Label, LabelId, LocalId, Tree};
use super::lexer::SyntaxError;
use super::scope::{BlockKind, BlockScope, Scoped, Scopes};
use crate::bytecode::StrId;

/// The labels in sight and the jumps that wait for their target.
#[derive(Default)]
pub(super) struct Jumps {
    labels: Vec<VisibleLabel>,
    pending: Vec<PendingJump>,
    /// The ends of the chains of each name. Indexed by `StrId`.
    chains: Vec<Chain>,
}

/// An index into `labels` and one into `pending`, each plus one: the innermost of the name. 0 for none.
#[derive(Clone, Copy, Default)]
struct Chain {
    label: u32,
    jump: u32,
}

struct VisibleLabel {
    name: StrId,
    id: LabelId,
    /// The label of the same name in an enclosing block, plus one.
    outer: u32,
}

struct PendingJump {
    target: Target,
    line: u32,
    active_locals: u32,
    /// The jump to the same name before it, plus one.
    previous: u32,
}

#[derive(Clone, Copy)]
enum Target {
    Label(StrId, GotoId),
    /// A `break` without a loop.
    Break,
    /// A `continue`, of a `repeat` loop or without a loop.
    Continue,
    /// Its target was found.
    Bound,
}

impl Jumps {
    /// How many labels and pending jumps there are.
    pub(super) fn position(&self) -> (usize, usize) {
        (self.labels.len(), self.pending.len())
    }

    /// Binds the jumps of a block to its labels; those that are left belong to the enclosing block from here on.
    pub(super) fn close_block(&mut self, tree: &mut Tree, block: &BlockScope, outer_active: u32) {
        // Chains end with the newest: unlinked from the back, linked again from the front.
        for jump in self.pending[block.first_jump..].iter().rev() {
            if let Target::Label(name, _) = jump.target {
                self.chains[name.0 as usize].jump = jump.previous;
            }
        }
        let mut kept = block.first_jump;
        for index in block.first_jump..self.pending.len() {
            let jump = &mut self.pending[index];
            match jump.target {
                Target::Bound => continue,
                Target::Label(name, goto) => {
                    let chain = &mut self.chains[name.0 as usize];
                    if chain.label as usize > block.first_label {
                        tree.gotos[goto.0 as usize] = self.labels[chain.label as usize - 1].id;
                        continue;
                    }
                    jump.previous = std::mem::replace(&mut chain.jump, kept as u32 + 1);
                }
                Target::Break | Target::Continue => {}
            }
            jump.active_locals = jump.active_locals.min(outer_active);
            self.pending.swap(kept, index);
            kept += 1;
        }
        self.pending.truncate(kept);
        for label in self.labels.drain(block.first_label..).rev() {
            self.chains[label.name.0 as usize].label = label.outer;
        }
    }

    /// At the end of a function: what is wrong with the first jump that found no target.
    pub(super) fn check_all_bound(&self, first_jump: usize, text: impl Fn(StrId) -> String) -> Scoped<()> {
        let Some(jump) = self.pending.get(first_jump) else { return Ok(()) };
        let message = match jump.target {
            Target::Break => "no loop to break".to_string(),
            Target::Continue => "no loop to continue".to_string(),
            Target::Label(name, _) => format!("undefined label '{}'", text(name)),
            Target::Bound => unreachable!("bound jumps are dropped with their block"),
        };
        Err(SyntaxError::plain(jump.line, message))
    }

    fn chain(&mut self, name: StrId) -> &mut Chain {
        let index = name.0 as usize;
        if index >= self.chains.len() {
            self.chains.resize((index + 1).next_power_of_two(), Chain::default());
        }
        &mut self.chains[index]
    }
}

impl Scopes {
    /// A `break`. If it has no loop to leave, that is reported at the end of the function, after what is wrong before it.
    pub(super) fn add_break(&mut self, line: u32) -> Scoped<()> {
        self.count_record(line)?;
        if self.innermost_loop().is_none() {
            self.wait(Target::Break, line, 0);
        }
        Ok(())
    }

    /// A `continue`; gives how many locals stay in scope where it leads.
    pub(super) fn add_continue(&mut self, line: u32) -> Scoped<u32> {
        self.count_record(line)?;
        Ok(match self.innermost_loop() {
            // The loop's variables end with each of its turns.
            Some((index, BlockKind::Loop)) => self.active_locals_before(index),
            // The condition sees the locals of the body.
            Some((index, _)) => {
                self.wait(Target::Continue, line, 0);
                self.active_locals_before(index + 2)
            }
            None => {
                self.wait(Target::Continue, line, 0);
                0
            }
        })
    }

    /// At the end of the body of a `repeat` loop: its condition must not see locals that a `continue` jumped over.
    pub(super) fn bind_continues(&mut self, tree: &Tree, text: impl Fn(StrId) -> String) -> Scoped<()> {
        let first = self.block().first_jump;
        let active_locals = self.active_locals();
        for index in first..self.jumps.pending.len() {
            let jump = &self.jumps.pending[index];
            if !matches!(jump.target, Target::Continue) {
                continue;
            }
            if jump.active_locals < active_locals {
                let local = text(self.name_after(tree, jump.active_locals));
                let message = format!("<continue> jumps into the scope of local '{local}'");
                return Err(SyntaxError::plain(jump.line, message));
            }
            self.jumps.pending[index].target = Target::Bound;
        }
        Ok(())
    }

    /// A `goto`: bound at once to a label above it in the same block, else kept until its label comes.
    pub(super) fn add_goto(&mut self, tree: &mut Tree, name: StrId, line: u32) -> Scoped<GotoId> {
        self.count_record(line)?;
        let id = GotoId(tree.gotos.len() as u32);
        tree.gotos.push(LabelId(u32::MAX));
        let first_label = self.block().first_label;
        let chain = *self.jumps.chain(name);
        if chain.label as usize > first_label {
            tree.gotos[id.0 as usize] = self.jumps.labels[chain.label as usize - 1].id;
        } else {
            self.wait(Target::Label(name, id), line, chain.jump);
            self.jumps.chain(name).jump = self.jumps.pending.len() as u32;
        }
        Ok(id)
    }

    /// A label with a name that the block does not have yet.
    pub(super) fn add_label(
        &mut self,
        tree: &mut Tree,
        name: StrId,
        line: u32,
        text: impl Fn(StrId) -> String,
    ) -> Scoped<LabelId> {
        let first_label = self.block().first_label;
        let outer = self.jumps.chain(name).label;
        if outer as usize > first_label {
            return Err(SyntaxError::plain(line, format!("duplicate label '{}'", text(name))));
        }
        self.count_record(line)?;
        let id = LabelId(tree.labels.len() as u32);
        tree.labels.push(Label { active_locals: self.active_locals() });
        self.jumps.labels.push(VisibleLabel { name, id, outer });
        self.jumps.chain(name).label = self.jumps.labels.len() as u32;
        Ok(id)
    }

    /// After a label and perhaps the others that end the block with it: binds the gotos that were waiting for it.
    pub(super) fn bind_label(
        &mut self,
        tree: &mut Tree,
        label: LabelId,
        name: StrId,
        ends_block: bool,
        text: impl Fn(StrId) -> String,
    ) -> Scoped<()> {
        if ends_block {
            // Nothing can use the block's locals any more: they count as out of scope already.
            let outer = self.active_locals_before(self.blocks.len() - 1);
            tree.labels[label.0 as usize].active_locals = outer;
        }
        let active_locals = tree.labels[label.0 as usize].active_locals;
        let first_jump = self.block().first_jump;
        let mut at = self.jumps.chain(name).jump as usize;
        let mut misplaced = None;
        while at > first_jump {
            let jump = &mut self.jumps.pending[at - 1];
            at = jump.previous as usize;
            if jump.active_locals < active_locals {
                // The first one in the source is the one to report.
                misplaced = Some((jump.active_locals, jump.line));
            } else if let Target::Label(_, goto) = jump.target {
                tree.gotos[goto.0 as usize] = label;
                jump.target = Target::Bound;
            }
        }
        self.jumps.chain(name).jump = at as u32;
        let Some((active, line)) = misplaced else { return Ok(()) };
        let local = text(self.name_after(tree, active));
        let message = format!("<goto {}> jumps into the scope of local '{local}'", text(name));
        Err(SyntaxError::plain(line, message))
    }

    fn wait(&mut self, target: Target, line: u32, previous: u32) {
        let active_locals = self.active_locals();
        self.jumps.pending.push(PendingJump { target, line, active_locals, previous });
    }

    fn name_after(&self, tree: &Tree, active: u32) -> StrId {
        let LocalId(local) = self.local_after(active);
        tree.locals[local as usize].name
    }
}
