//! Recursive descent over the tokens, with precedence climbing for operators.
//!
//! Tokens, lists and errors are here; statements in `stat` and `assign`, expressions in `expr`, `suffix` and `function`. Every
//! recursion counts a level, and 200 levels are the limit.

mod assign;
mod expr;
mod function;
mod stat;
mod suffix;

use super::ast::{Arm, Expr, ExprId, ExprKind, Item, LocalId, Stat, StatKind, Tree};
use super::intern::Interner;
use super::lexer::{Lexer, SyntaxError, without_separators};
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
        stale: None,
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
    pending_items: Vec<Item>,
    pending_arms: Vec<Arm>,
    pending_names: Vec<StrId>,
    /// Where the token behind a short function begins, and what messages quote in its place: LuaJIT has reused the
    /// buffer with its text by then.
    stale: Option<(u32, StrId)>,
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
        function.last_line = self.lexer.line();
        Ok(())
    }

    /// A local that is not visible yet, nor are the `pending` ones before it.
    fn declare(&mut self, name: StrId, pending: usize) -> Parsed<LocalId> {
        self.check_declaration(name, pending)?;
        Ok(self.scopes.declare(&mut self.tree, name, false))
    }

    /// Whether a local of this name may be declared now.
    fn check_declaration(&mut self, name: StrId, pending: usize) -> Parsed<()> {
        let strings = &self.lexer.strings;
        let line = self.lexer.line();
        self.scopes.check_declaration(&self.tree, name, pending, line, |name| text(strings, name))
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

    /// The value of an expression is looked up now, after the last token: errors of the look-up name that line.
    fn settle(&mut self, id: ExprId) {
        let expr = &mut self.tree.exprs[id.0 as usize];
        if let ExprKind::Global(_) | ExprKind::Upvalue(_) | ExprKind::Field { .. } | ExprKind::Index { .. } =
            expr.kind
        {
            expr.line = self.last_line;
        }
    }

    fn kind(&self, id: ExprId) -> ExprKind {
        self.tree.exprs[id.0 as usize].kind
    }

    fn enter(&mut self) -> Parsed<()> {
        self.levels += 1;
        if self.levels >= MAX_LEVELS {
            return Err(SyntaxError::plain(self.lexer.line(), "chunk has too many syntax levels"));
        }
        Ok(())
    }

    fn advance(&mut self) -> Parsed<()> {
        // With a token read ahead this is that token's line already, as in LuaJIT.
        self.last_line = self.lexer.line();
        self.last_end = self.token.end;
        self.token = match self.ahead.take() {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        Ok(())
    }

    /// Whether the token is of a kind; takes it if so.
    fn accept(&mut self, kind: TokenKind) -> Parsed<bool> {
        let is_there = self.token.kind == kind;
        if is_there {
            self.advance()?;
        }
        Ok(is_there)
    }

    fn look_ahead(&mut self) -> Parsed<Token> {
        let token = match self.ahead {
            Some(token) => token,
            None => self.lexer.next_token()?,
        };
        self.ahead = Some(token);
        Ok(token)
    }

    /// A name; some reserved words are names too wherever no statement begins with them.
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
        if self.lexer.line() == line {
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
        let near = match (self.token.kind, self.stale) {
            // LuaJIT takes it for no token at all.
            (TokenKind::Unknown(0), _) => return SyntaxError::plain(self.lexer.line(), what),
            (TokenKind::Name | TokenKind::Number | TokenKind::String, Some((start, stale)))
                if start == self.token.start =>
            {
                self.lexer.strings.bytes(stale).to_vec()
            }
            (TokenKind::Name, _) => source.to_vec(),
            (TokenKind::Number, _) => without_separators(source),
            (TokenKind::String, _) => {
                // Escapes and line breaks are shown as what they stand for.
                let quote = match source {
                    [b'[', rest @ ..] => rest.iter().take_while(|byte| **byte == b'=').count() + 2,
                    _ => 1,
                };
                let (opening, closing) = (&source[..quote], &source[source.len() - quote..]);
                [opening, self.lexer.strings.bytes(self.token.string), closing].concat()
            }
            (kind, _) => kind.text().into_bytes(),
        };
        SyntaxError::near(self.lexer.line(), what, &near)
    }
}

fn is_name(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Name | TokenKind::Goto | TokenKind::Continue | TokenKind::Const)
}

fn ends_block(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Else | TokenKind::Elseif | TokenKind::End | TokenKind::Until | TokenKind::Eof)
}

fn text(strings: &Interner, name: StrId) -> String {
    String::from_utf8_lossy(strings.bytes(name)).into_owned()
}

#[cfg(test)]
mod tests;
