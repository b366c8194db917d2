//! Blocks and statements.

use super::{Parsed, Parser, ends_block, is_name, text};
use crate::bytecode::StrId;
use crate::syntax::ast::{Arm, Block, ExprKind, LocalId, Span, StatKind};
use crate::syntax::intern::hash_bytes_wide;
use crate::syntax::scope::{BlockKind, redeclared};
use crate::syntax::token::TokenKind;

impl Parser<'_> {
    /// The statements up to the end of the block.
    pub(super) fn statements(&mut self) -> Parsed<Block> {
        self.enter()?;
        let mark = self.pending_stats.len();
        while !ends_block(self.token.kind) {
            let is_last = self.statement()?;
            self.accept(TokenKind::Semicolon)?;
            if is_last {
                break;
            }
        }
        self.levels -= 1;
        let start = self.tree.stats.len() as u32;
        let len = (self.pending_stats.len() - mark) as u32;
        self.tree.stats.extend(self.pending_stats.drain(mark..));
        Ok(Span { start, len })
    }

    /// A block with a scope of its own.
    fn block(&mut self) -> Parsed<Block> {
        self.scopes.open_block(BlockKind::Plain);
        let block = self.statements()?;
        self.scopes.close_block(&mut self.tree);
        Ok(block)
    }

    /// One statement; whether it must be the block's last.
    fn statement(&mut self) -> Parsed<bool> {
        let line = self.lexer.line();
        let kind = self.token.kind;
        match kind {
            TokenKind::If => self.if_statement(line)?,
            TokenKind::While => self.while_statement(line)?,
            TokenKind::Do => {
                self.advance()?;
                let body = self.block()?;
                self.expect_closing(TokenKind::End, TokenKind::Do, line)?;
                self.push(line, StatKind::Do(body));
            }
            TokenKind::For => self.for_statement(line)?,
            TokenKind::Repeat => self.repeat_statement(line)?,
            TokenKind::Function => self.function_statement(line)?,
            TokenKind::Local => self.local_statement(line, false)?,
            TokenKind::Const if self.declares()? => self.local_statement(line, true)?,
            TokenKind::Return => {
                self.advance()?;
                let values = if ends_block(self.token.kind) || self.token.kind == TokenKind::Semicolon {
                    Span::default()
                } else {
                    self.expr_list()?
                };
                self.push(line, StatKind::Return(values));
                return Ok(true);
            }
            TokenKind::Break => {
                self.advance()?;
                self.scopes.add_break(self.last_line)?;
                self.push(line, StatKind::Break);
                return Ok(true);
            }
            TokenKind::Continue if ends_block(self.look_ahead()?.kind) => {
                self.advance()?;
                let active_locals = self.scopes.add_continue(self.last_line)?;
                self.push(line, StatKind::Continue { active_locals });
                return Ok(true);
            }
            TokenKind::Label => self.label(line)?,
            TokenKind::Goto if is_name(self.look_ahead()?.kind) => {
                self.advance()?;
                let name = self.name()?;
                let goto = self.scopes.add_goto(&mut self.tree, name, self.last_line)?;
                self.push(line, StatKind::Goto(goto));
            }
            _ => self.call_or_assignment(line)?,
        }
        Ok(false)
    }

    /// Whether what follows `const` makes it a declaration.
    fn declares(&mut self) -> Parsed<bool> {
        let next = self.look_ahead()?.kind;
        Ok(is_name(next) || next == TokenKind::Function)
    }

    fn if_statement(&mut self, line: u32) -> Parsed<()> {
        let mark = self.pending_arms.len();
        let mut otherwise = None;
        loop {
            self.advance()?;
            let condition = self.expr()?;
            self.expect(TokenKind::Then)?;
            let block = self.block()?;
            self.pending_arms.push(Arm { condition, block });
            if self.token.kind != TokenKind::Elseif {
                break;
            }
        }
        if self.accept(TokenKind::Else)? {
            otherwise = Some(self.block()?);
        }
        self.expect_closing(TokenKind::End, TokenKind::If, line)?;
        let start = self.tree.arms.len() as u32;
        let len = (self.pending_arms.len() - mark) as u32;
        self.tree.arms.extend(self.pending_arms.drain(mark..));
        self.push(line, StatKind::If { arms: Span { start, len }, otherwise });
        Ok(())
    }

    fn while_statement(&mut self, line: u32) -> Parsed<()> {
        self.advance()?;
        let condition = self.expr()?;
        self.expect(TokenKind::Do)?;
        self.scopes.open_block(BlockKind::Loop);
        let body = self.block()?;
        self.expect_closing(TokenKind::End, TokenKind::While, line)?;
        self.scopes.close_block(&mut self.tree);
        self.push(line, StatKind::While { condition, body });
        Ok(())
    }

    fn repeat_statement(&mut self, line: u32) -> Parsed<()> {
        self.scopes.open_block(BlockKind::Repeat);
        self.scopes.open_block(BlockKind::Plain);
        self.advance()?;
        let body = self.statements()?;
        self.expect_closing(TokenKind::Until, TokenKind::Repeat, line)?;
        let strings = &self.lexer.strings;
        self.scopes.bind_continues(&self.tree, |name| text(strings, name))?;
        let condition = self.expr()?;
        self.scopes.close_block(&mut self.tree);
        self.scopes.close_block(&mut self.tree);
        self.push(line, StatKind::Repeat { body, condition });
        Ok(())
    }

    fn for_statement(&mut self, line: u32) -> Parsed<()> {
        self.advance()?;
        let first_name = self.name()?;
        self.scopes.open_block(BlockKind::Loop);
        match self.token.kind {
            TokenKind::Assign => self.numeric_for(first_name, line)?,
            TokenKind::Comma | TokenKind::In => self.generic_for(first_name, line)?,
            _ => return Err(self.error("'=' or 'in' expected")),
        }
        Ok(())
    }

    fn numeric_for(&mut self, name: StrId, line: u32) -> Parsed<()> {
        self.scopes.add_hidden_locals(3, self.lexer.line())?;
        self.check_declaration(name, 0)?;
        self.advance()?;
        let mark = self.pending_exprs.len();
        self.push_expr()?;
        self.expect(TokenKind::Comma)?;
        self.push_expr()?;
        if self.accept(TokenKind::Comma)? {
            self.push_expr()?;
        }
        let range = self.take_list(mark);
        self.expect(TokenKind::Do)?;
        self.scopes.open_block(BlockKind::Plain);
        let variable = self.scopes.declare(&mut self.tree, name, false);
        self.scopes.show(&self.tree, variable);
        let body = self.block()?;
        self.scopes.close_block(&mut self.tree);
        self.expect_closing(TokenKind::End, TokenKind::For, line)?;
        self.scopes.close_block(&mut self.tree);
        self.push(line, StatKind::NumericFor { variable, range, body });
        Ok(())
    }

    fn generic_for(&mut self, first_name: StrId, line: u32) -> Parsed<()> {
        self.scopes.add_hidden_locals(3, self.lexer.line())?;
        self.check_declaration(first_name, 0)?;
        let mark = self.pending_names.len();
        self.pending_names.push(first_name);
        while self.accept(TokenKind::Comma)? {
            let name = self.name()?;
            self.check_declaration(name, self.pending_names.len() - mark)?;
            self.pending_names.push(name);
        }
        self.expect(TokenKind::In)?;
        let values = self.expr_list()?;
        self.expect(TokenKind::Do)?;
        self.scopes.open_block(BlockKind::Plain);
        let first = LocalId(self.tree.locals.len() as u32);
        let count = (self.pending_names.len() - mark) as u32;
        for name in self.pending_names.drain(mark..) {
            self.scopes.declare(&mut self.tree, name, false);
        }
        self.show_from(first);
        let body = self.block()?;
        self.scopes.close_block(&mut self.tree);
        self.expect_closing(TokenKind::End, TokenKind::For, line)?;
        self.scopes.close_block(&mut self.tree);
        self.push(line, StatKind::GenericFor { first, count, values, body });
        Ok(())
    }

    fn function_statement(&mut self, line: u32) -> Parsed<()> {
        self.advance()?;
        let name = self.name()?;
        let mut target = self.variable(name)?;
        let mut is_method = false;
        while matches!(self.token.kind, TokenKind::Dot | TokenKind::Colon) {
            is_method = self.token.kind == TokenKind::Colon;
            self.advance()?;
            let name = self.name()?;
            target = self.add(ExprKind::Field { object: target, name });
            if is_method {
                break;
            }
        }
        self.check_target(target)?;
        let function = self.function_body(is_method, line)?;
        self.name_function(function, target);
        self.push(line, StatKind::Function { target, function });
        Ok(())
    }

    /// After `local` or `const`.
    fn local_statement(&mut self, line: u32, is_const: bool) -> Parsed<()> {
        self.advance()?;
        if self.accept(TokenKind::Function)? {
            return self.local_function(line, is_const);
        }
        let mark = self.pending_names.len();
        loop {
            let name = self.name()?;
            if is_const && self.pending_names[mark..].contains(&name) {
                return Err(redeclared(self.lexer.line(), &text(&self.lexer.strings, name)));
            }
            self.check_declaration(name, self.pending_names.len() - mark)?;
            self.pending_names.push(name);
            if !self.accept(TokenKind::Comma)? {
                break;
            }
        }
        let mut hashes = Vec::new();
        let mut values = Span::default();
        if self.accept(TokenKind::Assign)? {
            let is_top_level = self.scopes.is_top_level();
            values = if is_top_level { self.hashed_expr_list(&mut hashes)? } else { self.expr_list()? };
        }
        // The initialisers may contain functions with locals of their own: these variables come after them.
        let first = LocalId(self.tree.locals.len() as u32);
        let count = self.pending_names.len() - mark;
        for index in 0..count {
            let name = self.pending_names[mark + index];
            let local = self.scopes.declare(&mut self.tree, name, is_const);
            self.tree.locals[local.0 as usize].initialiser_hash = hashes.get(index).copied().unwrap_or(0);
            if index < values.len as usize {
                let value = self.tree.lists[values.start as usize + index];
                if let ExprKind::Function(id) = self.kind(value) {
                    self.tree.functions[id.0 as usize].name.get_or_insert(name);
                }
            }
        }
        self.pending_names.truncate(mark);
        self.show_from(first);
        self.push(line, StatKind::Local { first, count: count as u32, values });
        Ok(())
    }

    fn local_function(&mut self, line: u32, is_const: bool) -> Parsed<()> {
        let name = self.name()?;
        self.check_declaration(name, 0)?;
        let local = self.scopes.declare(&mut self.tree, name, is_const);
        self.scopes.show(&self.tree, local);
        let function = self.function_body(false, self.lexer.line())?;
        if let ExprKind::Function(id) = self.kind(function) {
            self.tree.functions[id.0 as usize].name = Some(name);
        }
        self.push(line, StatKind::LocalFunction { local, function });
        Ok(())
    }

    /// An expression list with a hash of each expression's source text.
    fn hashed_expr_list(&mut self, hashes: &mut Vec<u64>) -> Parsed<Span> {
        let mark = self.pending_exprs.len();
        loop {
            let start = self.token.start;
            self.push_expr()?;
            hashes.push(hash_bytes_wide(self.lexer.text(start, self.last_end)).max(1));
            if !self.accept(TokenKind::Comma)? {
                return Ok(self.take_list(mark));
            }
        }
    }

    fn label(&mut self, line: u32) -> Parsed<()> {
        self.advance()?;
        let name = self.name()?;
        let strings = &self.lexer.strings;
        let line_now = self.lexer.line();
        let label = self.scopes.add_label(&mut self.tree, name, line_now, |name| text(strings, name))?;
        self.expect(TokenKind::Label)?;
        self.push(line, StatKind::Label(label));
        while self.token.kind == TokenKind::Label {
            self.enter()?;
            self.label(self.lexer.line())?;
            self.levels -= 1;
        }
        let ends = ends_block(self.token.kind) && self.token.kind != TokenKind::Until;
        let strings = &self.lexer.strings;
        self.scopes.bind_label(&mut self.tree, label, name, ends, |name| text(strings, name))
    }
}
