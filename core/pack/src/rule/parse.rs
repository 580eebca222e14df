//! CEL text to expressions, by the parser of the `cel` crate.

use std::cell::Cell;
use std::ops::Range;

use cel::ParseErrors;
use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, SourceInfo, operators};
use staykit_core::rules::program::{Operation, Relation};

use super::refuse::{Refusal, refusal};
use super::syntax::{Excerpt, Expr, Kind};
use crate::limits;
use crate::problem::Problems;

/// Parses an excerpt; `None` after a problem.
pub(crate) fn parse(excerpt: Excerpt<'_>, problems: &mut Problems<'_>) -> Option<Expr> {
    let text = excerpt.text();
    match parse_text(text) {
        Ok(expr) => Some(expr),
        Err(Refusal { range, message }) => {
            problems.add(excerpt.spot(&range, problems), message);
            None
        }
    }
}

fn parse_text(text: &str) -> Result<Expr, Refusal> {
    if text.len() > limits::EXPRESSION {
        let message = format!("{} bytes of expression, at most {}", text.len(), limits::EXPRESSION);
        return Err(Refusal { range: 0..text.len(), message });
    }
    let parser = cel::parser::Parser::new().max_recursion_depth(limits::EXPRESSION_NESTING);
    let (root, info) =
        parser.parse_with_source_info(text).map_err(|errors| syntax_error(text, &errors))?;
    let translator = Translator { text, info: &info, depth: Cell::new(0) };
    translator.expr(&root)
}

/// The first syntax error, in plain words; those after it are mostly its consequences.
fn syntax_error(text: &str, errors: &ParseErrors) -> Refusal {
    let Some(first) = errors.errors.first() else {
        return Refusal { range: 0..text.len(), message: "not an expression".to_owned() };
    };
    let (line, column) = first.pos;
    let before = |count: isize| usize::try_from(count - 1).unwrap_or(0);
    let line_start: usize = text.split_inclusive('\n').take(before(line)).map(str::len).sum();
    let rest = text.get(line_start..).unwrap_or_default();
    let at = rest.char_indices().nth(before(column)).map_or(text.len(), |(at, _)| line_start + at);
    let word = word_at(text, at);
    let message = if first.msg.contains("Recursion limit") {
        too_deep()
    } else if first.msg.starts_with("invalid") || first.msg.starts_with("unsupported") {
        first.msg.clone()
    } else if first.msg.contains("'<EOF>'") || at >= text.len() {
        "the expression ends too early".to_owned()
    } else {
        misplaced(word)
    };
    Refusal { range: at..at + word.len(), message }
}

/// What to say of a word that does not belong where it stands.
fn misplaced(word: &str) -> String {
    match word {
        "and" => "write && for `and`".to_owned(),
        "or" => "write || for `or`".to_owned(),
        "not" => "write ! for `not`".to_owned(),
        "=" => "write == to compare".to_owned(),
        "&" | "|" => format!("write {word}{word}"),
        "'" | "\"" => "this text does not end, or does not belong here".to_owned(),
        _ => format!("`{word}` does not belong here"),
    }
}

fn too_deep() -> String {
    format!("nested too deeply (at most {})", limits::EXPRESSION_NESTING)
}

/// The word, or else the character, at `at`.
fn word_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let word = |found: char| found.is_alphanumeric() || found == '_';
    let end = rest.find(|found| !word(found)).unwrap_or(rest.len());
    let first = rest.chars().next().map_or(0, char::len_utf8);
    rest.get(..end.max(first)).unwrap_or_default()
}

struct Translator<'t> {
    pub(super) text: &'t str,
    info: &'t SourceInfo,
    /// Of the expression at hand: `a + a + a ...` nests without any parenthesis.
    depth: Cell<u16>,
}

impl Translator<'_> {
    /// Where the token of an expression stands: an operator, a name, a parenthesis.
    fn token(&self, expr: &IdedExpr) -> Range<usize> {
        let (start, stop) = self.info.offset_for(expr.id).unwrap_or_default();
        let start = usize::try_from(start).unwrap_or(0).min(self.text.len());
        let end = usize::try_from(stop).map_or(start, |stop| stop + 1);
        start..end.clamp(start, self.text.len())
    }

    fn expr(&self, expr: &IdedExpr) -> Result<Expr, Refusal> {
        if self.depth.get() >= limits::EXPRESSION_NESTING {
            let (range, message) = (self.token(expr), too_deep());
            return Err(Refusal { range, message });
        }
        self.depth.set(self.depth.get() + 1);
        let translated = self.shallow(expr);
        self.depth.set(self.depth.get() - 1);
        translated
    }

    fn shallow(&self, expr: &IdedExpr) -> Result<Expr, Refusal> {
        let token = self.token(expr);
        match &expr.expr {
            Cel::Call(call) => self.call(call, token),
            Cel::Ident(name) => Ok(Expr { kind: Kind::Name(name.clone()), range: token }),
            Cel::Literal(literal) => match literal_kind(literal) {
                Some(kind) => Ok(Expr { kind, range: token }),
                None => Err(self.refuse(expr)),
            },
            Cel::List(list) => {
                let parts = list.elements.iter().map(|part| self.expr(part));
                let range = token.start..self.closing(token.start);
                Ok(Expr { kind: Kind::List(parts.collect::<Result<_, _>>()?), range })
            }
            Cel::Select(select) if !select.test => {
                let of = self.expr(&select.operand)?;
                let range = of.range.start..self.after(token.end, &select.field);
                Ok(Expr { kind: Kind::Suffix(Box::new(of), select.field.clone()), range })
            }
            _ => Err(self.refuse(expr)),
        }
    }

    fn refuse(&self, expr: &IdedExpr) -> Refusal {
        refusal(expr, self.token(expr), |start| self.call_range("", start))
    }

    fn call(&self, call: &CallExpr, token: Range<usize>) -> Result<Expr, Refusal> {
        if let [left, right] = call.args.as_slice()
            && call.target.is_none()
            && let Some(join) = binary(&call.func_name)
        {
            let (left, right) = (self.expr(left)?, self.expr(right)?);
            let range = left.range.start..right.range.end;
            return Ok(Expr { kind: join(Box::new(left), Box::new(right)), range });
        }
        if let ([of], operators::LOGICAL_NOT | operators::NEGATE) =
            (call.args.as_slice(), call.func_name.as_str())
        {
            let of = self.expr(of)?;
            let range = token.start..of.range.end;
            let of = Box::new(of);
            let not = call.func_name == operators::LOGICAL_NOT;
            return Ok(Expr { kind: if not { Kind::Not(of) } else { Kind::Negate(of) }, range });
        }
        if !is_word(&call.func_name) {
            return Err(Refusal::of_call(call, token));
        }
        let range = self.call_range(&call.func_name, token.start);
        if call.target.is_some() {
            return Err(Refusal::of_call(call, range));
        }
        let args = call.args.iter().map(|arg| self.expr(arg)).collect::<Result<_, _>>()?;
        Ok(Expr { kind: Kind::Call(call.func_name.clone(), args), range })
    }

    /// A call from its name to its closing parenthesis; `open` is the opening one.
    fn call_range(&self, name: &str, open: usize) -> Range<usize> {
        let before = self.text.get(..open).unwrap_or_default().trim_end();
        let start = if before.ends_with(name) { before.len() - name.len() } else { open };
        start..self.closing(open)
    }

    fn closing(&self, open: usize) -> usize {
        let (mut depth, mut quote) = (0_usize, None);
        for (at, found) in self.text.char_indices().skip_while(|(at, _)| *at < open) {
            match found {
                '\'' | '"' if quote == Some(found) => quote = None,
                '\'' | '"' if quote.is_none() => quote = Some(found),
                '(' | '[' if quote.is_none() => depth += 1,
                ')' | ']' if quote.is_none() && depth <= 1 => return at + 1,
                ')' | ']' if quote.is_none() => depth -= 1,
                _ => {}
            }
        }
        self.text.len()
    }

    /// The end of `word`, which comes after `at`.
    fn after(&self, at: usize, word: &str) -> usize {
        let rest = self.text.get(at..).unwrap_or_default();
        rest.find(word).map_or(at, |found| at + found + word.len())
    }
}

fn is_word(name: &str) -> bool {
    name.chars().all(|found| found.is_ascii_alphanumeric() || found == '_')
        && name.starts_with(|found: char| found.is_ascii_alphabetic())
}

fn literal_kind(literal: &LiteralValue) -> Option<Kind> {
    match literal {
        LiteralValue::Boolean(value) => Some(Kind::Flag(*value.inner())),
        LiteralValue::Int(value) => Some(Kind::Integer(*value.inner())),
        LiteralValue::Double(value) => Some(Kind::Number(*value.inner())),
        LiteralValue::String(value) => Some(Kind::Text(value.inner().to_owned())),
        LiteralValue::Bytes(_) | LiteralValue::Null | LiteralValue::UInt(_) => None,
    }
}

/// How to join the two sides of an operator.
fn binary(operator: &str) -> Option<impl Fn(Box<Expr>, Box<Expr>) -> Kind> {
    enum Join {
        And,
        Or,
        Compare(Relation),
        Arithmetic(Operation),
    }
    let join = match operator {
        operators::LOGICAL_AND => Join::And,
        operators::LOGICAL_OR => Join::Or,
        operators::LESS => Join::Compare(Relation::Less),
        operators::LESS_EQUALS => Join::Compare(Relation::LessOrEqual),
        operators::GREATER => Join::Compare(Relation::Greater),
        operators::GREATER_EQUALS => Join::Compare(Relation::GreaterOrEqual),
        operators::EQUALS => Join::Compare(Relation::Equal),
        operators::NOT_EQUALS => Join::Compare(Relation::NotEqual),
        operators::ADD => Join::Arithmetic(Operation::Add),
        operators::SUBSTRACT => Join::Arithmetic(Operation::Subtract),
        operators::MULTIPLY => Join::Arithmetic(Operation::Multiply),
        operators::DIVIDE => Join::Arithmetic(Operation::Divide),
        operators::MODULO => Join::Arithmetic(Operation::Remainder),
        _ => return None,
    };
    Some(move |left, right| match join {
        Join::And => Kind::And(left, right),
        Join::Or => Kind::Or(left, right),
        Join::Compare(relation) => Kind::Compare(relation, left, right),
        Join::Arithmetic(operation) => Kind::Arithmetic(operation, left, right),
    })
}
