//! Recursive descent over the tokens, with precedence climbing for operators.
//!
//! Statements are here, expressions in `expr`. Every recursion counts a level, and 200 levels are the limit.

mod expr;

use super::ast::{Arm, Block, Expr, ExprId, ExprKind, LocalId, Span, Stat, StatKind, Tree};
use super::intern::{Interner, hash_bytes_wide};
use super::lexer::{Lexer, SyntaxError};
use super::scope::Scopes;
use super::token::{Token, TokenKind};
use crate::bytecode::{Draft, StrId};

/// How deep constructs may be nested in each other.
const MAX_LEVELS: usize = 200;

/// Parses a chunk. The names and strings of the tree are in the interner.
pub fn parse(source: &[u8], draft: Draft) -> Result<(Tree, Interner), SyntaxError> {
    if u32::try_from(source.len()).is_err() {
        return Err(SyntaxError::plain(1, "chunk is larger than 4 GB"));
    }
    let mut lexer = Lexer::new(source, Interner::new(draft));
    let token = lexer.next_token()?;
    let mut parser = Parser {
        lexer,
        token,
        ahead: None,
        last_line: 1,
        last_end: 0,
        levels: 0,
        tree: Tree::default(),
        scopes: Scopes::default(),
        pending_stats: Vec::new(),
        pending_exprs: Vec::new(),
        pending_items: Vec::new(),
        pending_arms: Vec::new(),
        pending_names: Vec::new(),
    };
    parser.main_chunk()?;
    Ok((parser.tree, parser.lexer.strings))
}

type Parsed<T> = Result<T, SyntaxError>;

struct Parser<'src> {
    lexer: Lexer<'src>,
    token: Token,
    ahead: Option<Token>,
    /// The line and the end of the token before the current one.
    last_line: u32,
    last_end: u32,
    levels: usize,
    tree: Tree,
    scopes: Scopes,
    // Lists that are being parsed: the tree's lists are contiguous, so that one is moved there when it is complete.
    pending_stats: Vec<Stat>,
    pending_exprs: Vec<ExprId>,
    pending_items: Vec<super::ast::Item>,
    pending_arms: Vec<Arm>,
    pending_names: Vec<StrId>,
}

impl Parser<'_> {
    fn main_chunk(&mut self) -> Parsed<()> {
        let id = self.scopes.open_function(&mut self.tree, 0);
        self.tree.functions[id.0 as usize].is_vararg = true;
        let body = self.statements()?;
        if self.token.kind != TokenKind::Eof {
            return Err(self.expected(TokenKind::Eof));
        }
        let strings = &self.lexer.strings;
        self.scopes.close_function(&mut self.tree, |name| text(strings, name))?;
        let function = &mut self.tree.functions[id.0 as usize];
        function.body = body;
        function.last_line = self.token.line;
        Ok(())
    }

    /// The statements up to the end of the block.
    fn statements(&mut self) -> Parsed<Block> {
        self.enter()?;
        let mark = self.pending_stats.len();
        while !ends_block(self.token.kind) {
            let is_last = self.statement()?;
            if self.token.kind == TokenKind::Semicolon {
                self.advance()?;
            }
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
        self.scopes.open_block(false);
        let block = self.statements()?;
        self.scopes.close_block(&mut self.tree);
        Ok(block)
    }

    fn loop_block(&mut self) -> Parsed<Block> {
        self.scopes.open_block(true);
        let block = self.block()?;
        self.scopes.close_block(&mut self.tree);
        Ok(block)
    }

    /// One statement; whether it must be the block's last.
    fn statement(&mut self) -> Parsed<bool> {
        let line = self.token.line;
        let kind = self.token.kind;
        match kind {
            TokenKind::If => self.if_statement(line)?,
            TokenKind::While => {
                self.advance()?;
                let condition = self.expr()?;
                self.expect(TokenKind::Do)?;
                let body = self.loop_block()?;
                self.expect_closing(TokenKind::End, TokenKind::While, line)?;
                self.push(line, StatKind::While { condition, body });
            }
            TokenKind::Do => {
                self.advance()?;
                let body = self.block()?;
                self.expect_closing(TokenKind::End, TokenKind::Do, line)?;
                self.push(line, StatKind::Do(body));
            }
            TokenKind::For => self.for_statement(line)?,
            TokenKind::Repeat => {
                self.advance()?;
                self.scopes.open_block(true);
                self.scopes.open_block(false);
                let body = self.statements()?;
                self.expect_closing(TokenKind::Until, TokenKind::Repeat, line)?;
                let condition = self.expr()?;
                self.scopes.close_block(&mut self.tree);
                self.scopes.close_block(&mut self.tree);
                self.push(line, StatKind::Repeat { body, condition });
            }
            TokenKind::Function => self.function_statement(line)?,
            TokenKind::Local => {
                self.advance()?;
                if self.token.kind == TokenKind::Function {
                    self.advance()?;
                    self.local_function(line)?;
                } else {
                    self.local_statement(line)?;
                }
            }
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
                self.scopes.add_break(line);
                self.push(line, StatKind::Break);
                return Ok(true);
            }
            TokenKind::Label => self.label(line)?,
            TokenKind::Goto if is_name(self.look_ahead()?.kind) => {
                self.advance()?;
                let name = self.name()?;
                let goto = self.scopes.add_goto(&mut self.tree, name, self.last_line);
                self.push(line, StatKind::Goto(goto));
            }
            _ => self.call_or_assignment(line)?,
        }
        Ok(false)
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
        if self.token.kind == TokenKind::Else {
            self.advance()?;
            otherwise = Some(self.block()?);
        }
        self.expect_closing(TokenKind::End, TokenKind::If, line)?;
        let start = self.tree.arms.len() as u32;
        let len = (self.pending_arms.len() - mark) as u32;
        self.tree.arms.extend(self.pending_arms.drain(mark..));
        self.push(line, StatKind::If { arms: Span { start, len }, otherwise });
        Ok(())
    }

    fn for_statement(&mut self, line: u32) -> Parsed<()> {
        self.advance()?;
        let first_name = self.name()?;
        self.scopes.open_block(true);
        self.scopes.add_hidden_locals(3);
        match self.token.kind {
            TokenKind::Assign => {
                self.advance()?;
                let mark = self.pending_exprs.len();
                self.push_expr()?;
                self.expect(TokenKind::Comma)?;
                self.push_expr()?;
                if self.token.kind == TokenKind::Comma {
                    self.advance()?;
                    self.push_expr()?;
                }
                let range = self.take_list(mark);
                self.expect(TokenKind::Do)?;
                self.scopes.open_block(false);
                let variable = self.declare(first_name, 0)?;
                self.scopes.show(&self.tree, variable);
                let body = self.block()?;
                self.scopes.close_block(&mut self.tree);
                self.push(line, StatKind::NumericFor { variable, range, body });
            }
            TokenKind::Comma | TokenKind::In => {
                let mut names = vec![first_name];
                while self.token.kind == TokenKind::Comma {
                    self.advance()?;
                    names.push(self.name()?);
                }
                self.expect(TokenKind::In)?;
                let values = self.expr_list()?;
                self.expect(TokenKind::Do)?;
                self.scopes.open_block(false);
                let first = LocalId(self.tree.locals.len() as u32);
                for (index, name) in names.iter().enumerate() {
                    self.declare(*name, index)?;
                }
                self.show_from(first);
                let body = self.block()?;
                self.scopes.close_block(&mut self.tree);
                self.push(line, StatKind::GenericFor { first, count: names.len() as u32, values, body });
            }
            _ => return Err(self.error("'=' or 'in' expected")),
        }
        self.expect_closing(TokenKind::End, TokenKind::For, line)?;
        self.scopes.close_block(&mut self.tree);
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
        let function = self.function_body(is_method, line)?;
        self.name_function(function, target);
        self.push(line, StatKind::Function { target, function });
        Ok(())
    }

    fn local_function(&mut self, line: u32) -> Parsed<()> {
        let name = self.name()?;
        let local = self.declare(name, 0)?;
        self.scopes.show(&self.tree, local);
        let function = self.function_body(false, self.token.line)?;
        if let ExprKind::Function(id) = self.tree.exprs[function.0 as usize].kind {
            self.tree.functions[id.0 as usize].name = Some(name);
        }
        self.push(line, StatKind::LocalFunction { local, function });
        Ok(())
    }

    fn local_statement(&mut self, line: u32) -> Parsed<()> {
        let mark = self.pending_names.len();
        let mut count = 0;
        loop {
            let name = self.name()?;
            self.scopes.check_local_limit(&self.tree, count, self.token.line)?;
            self.pending_names.push(name);
            count += 1;
            if self.token.kind != TokenKind::Comma {
                break;
            }
            self.advance()?;
        }
        let mut hashes = Vec::new();
        let mut values = Span::default();
        if self.token.kind == TokenKind::Assign {
            self.advance()?;
            let is_top_level = self.scopes.is_top_level();
            values = if is_top_level { self.hashed_expr_list(&mut hashes)? } else { self.expr_list()? };
        }
        // The initialisers may contain functions with locals of their own: these variables come after them.
        let first = LocalId(self.tree.locals.len() as u32);
        for index in 0..count {
            let name = self.pending_names[mark + index];
            let local = self.declare(name, index)?;
            self.tree.locals[local.0 as usize].initialiser_hash = hashes.get(index).copied().unwrap_or(0);
            if index < values.len as usize {
                let value = self.tree.lists[values.start as usize + index];
                if let ExprKind::Function(id) = self.tree.exprs[value.0 as usize].kind {
                    self.tree.functions[id.0 as usize].name.get_or_insert(name);
                }
            }
        }
        self.pending_names.truncate(mark);
        self.show_from(first);
        self.push(line, StatKind::Local { first, count: count as u32, values });
        Ok(())
    }

    /// An expression list with a hash of each expression's source text.
    fn hashed_expr_list(&mut self, hashes: &mut Vec<u64>) -> Parsed<Span> {
        let mark = self.pending_exprs.len();
        loop {
            let start = self.token.start;
            self.push_expr()?;
            hashes.push(hash_bytes_wide(self.lexer.text(start, self.last_end)).max(1));
            if self.token.kind != TokenKind::Comma {
                return Ok(self.take_list(mark));
            }
            self.advance()?;
        }
    }

    fn label(&mut self, line: u32) -> Parsed<()> {
        self.advance()?;
        let name = self.name()?;
        let strings = &self.lexer.strings;
        let line_now = self.token.line;
        let label = self.scopes.add_label(&mut self.tree, name, line_now, |name| text(strings, name))?;
        self.expect(TokenKind::Label)?;
        self.push(line, StatKind::Label(label));
        while self.token.kind == TokenKind::Label {
            self.enter()?;
            self.label(self.token.line)?;
            self.levels -= 1;
        }
        let ends = ends_block(self.token.kind) && self.token.kind != TokenKind::Until;
        let strings = &self.lexer.strings;
        self.scopes.bind_label(&mut self.tree, label, ends, |name| text(strings, name))
    }

    fn call_or_assignment(&mut self, line: u32) -> Parsed<()> {
        let first = self.suffixed()?;
        if let ExprKind::Call { .. } | ExprKind::Method { .. } = self.tree.exprs[first.0 as usize].kind {
            self.push(line, StatKind::Call(first));
            return Ok(());
        }
        let mark = self.pending_exprs.len();
        self.push_target(first)?;
        while self.token.kind == TokenKind::Comma {
            self.advance()?;
            let target = self.suffixed()?;
            let count = self.pending_exprs.len() - mark;
            if self.levels + count >= MAX_LEVELS {
                let function = self.scopes.current_function();
                let line = self.token.line;
                return Err(self.scopes.limit_error(
                    &self.tree,
                    function,
                    MAX_LEVELS,
                    "variable names",
                    line,
                ));
            }
            self.push_target(target)?;
        }
        let targets = self.take_list(mark);
        self.expect(TokenKind::Assign)?;
        let values = self.expr_list()?;
        for index in 0..values.len.min(targets.len) {
            let value = self.tree.lists[(values.start + index) as usize];
            if let ExprKind::Function(_) = self.tree.exprs[value.0 as usize].kind {
                let target = self.tree.lists[(targets.start + index) as usize];
                self.name_function(value, target);
            }
        }
        self.push(line, StatKind::Assign { targets, values });
        Ok(())
    }

    fn push_target(&mut self, target: ExprId) -> Parsed<()> {
        match self.tree.exprs[target.0 as usize].kind {
            ExprKind::Local(_)
            | ExprKind::Upvalue(_)
            | ExprKind::Global(_)
            | ExprKind::Field { .. }
            | ExprKind::Index { .. } => {
                self.pending_exprs.push(target);
                Ok(())
            }
            _ => Err(self.error("syntax error")),
        }
    }

    /// Gives a function the name of what it is assigned to, if that is a path of names.
    fn name_function(&mut self, function: ExprId, target: ExprId) {
        let ExprKind::Function(id) = self.tree.exprs[function.0 as usize].kind else { return };
        let mut path = Vec::new();
        let mut at = target;
        loop {
            let (name, next) = match self.tree.exprs[at.0 as usize].kind {
                ExprKind::Field { object, name } => (name, Some(object)),
                ExprKind::Local(local) => (self.tree.locals[local.0 as usize].name, None),
                ExprKind::Global(name) => (name, None),
                ExprKind::Upvalue(index) => {
                    let function = self.scopes.current_function();
                    (self.tree.functions[function.0 as usize].upvalues[usize::from(index)].name, None)
                }
                _ => return,
            };
            path.push(name);
            match next {
                Some(object) => at = object,
                None => break,
            }
        }
        let name = if let [name] = path[..] {
            name
        } else {
            let parts: Vec<&[u8]> = path.iter().rev().map(|name| self.lexer.strings.bytes(*name)).collect();
            let joined = parts.join(&b'.');
            self.lexer.strings.intern(&joined)
        };
        self.tree.functions[id.0 as usize].name.get_or_insert(name);
    }

    fn declare(&mut self, name: StrId, pending: usize) -> Parsed<LocalId> {
        self.scopes.declare(&mut self.tree, name, pending, self.token.line)
    }

    /// Makes the locals declared last visible, from `first` on.
    fn show_from(&mut self, first: LocalId) {
        for index in first.0..self.tree.locals.len() as u32 {
            self.scopes.show(&self.tree, LocalId(index));
        }
    }

    fn push(&mut self, line: u32, kind: StatKind) {
        self.pending_stats.push(Stat { line, end_line: self.last_line, kind });
    }

    fn add(&mut self, kind: ExprKind) -> ExprId {
        self.add_at(self.last_line, kind)
    }

    fn add_at(&mut self, line: u32, kind: ExprKind) -> ExprId {
        let id = ExprId(self.tree.exprs.len() as u32);
        self.tree.exprs.push(Expr { line, kind });
        id
    }

    fn enter(&mut self) -> Parsed<()> {
        self.levels += 1;
        if self.levels >= MAX_LEVELS {
            return Err(SyntaxError::plain(self.token.line, "chunk has too many syntax levels"));
        }
        Ok(())
    }

    fn advance(&mut self) -> Parsed<()> {
        self.last_line = self.token.line;
        self.last_end = self.token.end;
        self.token = match self.ahead.take() {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        Ok(())
    }

    fn look_ahead(&mut self) -> Parsed<Token> {
        let token = match self.ahead {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        self.ahead = Some(token);
        Ok(token)
    }

    /// A name; `goto` is one too wherever a statement cannot begin.
    fn name(&mut self) -> Parsed<StrId> {
        if !is_name(self.token.kind) {
            return Err(self.expected(TokenKind::Name));
        }
        let name = self.token.string;
        self.advance()?;
        Ok(name)
    }

    fn expect(&mut self, kind: TokenKind) -> Parsed<()> {
        if self.token.kind != kind {
            return Err(self.expected(kind));
        }
        self.advance()
    }

    /// The token that closes what `opening` began at `line`.
    fn expect_closing(&mut self, closing: TokenKind, opening: TokenKind, line: u32) -> Parsed<()> {
        if self.token.kind == closing {
            return self.advance();
        }
        if self.token.line == line {
            return Err(self.expected(closing));
        }
        let (closing, opening) = (closing.text(), opening.text());
        Err(self.error(&format!("'{closing}' expected (to close '{opening}' at line {line})")))
    }

    #[cold]
    fn expected(&self, kind: TokenKind) -> SyntaxError {
        self.error(&format!("'{}' expected", kind.text()))
    }

    /// An error near the current token.
    #[cold]
    fn error(&self, what: &str) -> SyntaxError {
        let source = self.lexer.text(self.token.start, self.token.end);
        let near = match self.token.kind {
            TokenKind::Name | TokenKind::Number => source.to_vec(),
            // Escapes are shown as what they stand for.
            TokenKind::String if source[0] != b'[' => {
                [&source[..1], self.lexer.strings.bytes(self.token.string), &source[..1]].concat()
            }
            TokenKind::String => source.to_vec(),
            // LuaJIT takes it for no token at all.
            TokenKind::Unknown(0) => return SyntaxError::plain(self.token.line, what),
            kind => kind.text().into_bytes(),
        };
        SyntaxError::near(self.token.line, what, &near)
    }
}

fn is_name(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Name | TokenKind::Goto)
}

fn ends_block(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Else | TokenKind::Elseif | TokenKind::End | TokenKind::Until | TokenKind::Eof)
}

fn text(strings: &Interner, name: StrId) -> String {
    String::from_utf8_lossy(strings.bytes(name)).into_owned()
}

#[cfg(test)]
mod tests;
