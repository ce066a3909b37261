//! A look at the bytes of a Python file before it is parsed: a tree as deep as the file is long would exhaust the stack.

/// As many brackets as Python itself allows inside each other.
const MAX_BRACKETS: usize = 200;

/// How many operators, attributes and calls may follow each other without a comma or a new line between them.
const MAX_CHAIN: usize = 4000;

/// How many levels of indentation there may be; Python allows 100.
const MAX_INDENT: usize = 100;

/// Files below this size cannot be nested deeply enough to matter.
const SMALL: usize = 1024;

/// Returns where the text is nested too deeply, if it is.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    if text.len() < SMALL {
        return None;
    }
    let bytes = text.as_bytes();
    let mut chains = vec![0_usize];
    let mut indents: Vec<usize> = Vec::new();
    let mut at = 0;
    let mut word = false;
    let mut line_start = true;
    while let Some(&byte) = bytes.get(at) {
        if line_start && chains.len() == 1 {
            let indent = bytes[at..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let blank = matches!(bytes.get(at + indent), None | Some(b'\n' | b'\r' | b'#'));
            if !blank {
                while indents.last().is_some_and(|last| *last >= indent) {
                    indents.pop();
                }
                indents.push(indent);
                if indents.len() > MAX_INDENT {
                    return Some(at);
                }
            }
            at += indent;
            line_start = false;
            continue;
        }
        line_start = false;
        let chain = match byte {
            b'(' | b'[' | b'{' => {
                let chain = bump(&mut chains);
                chains.push(0);
                if chains.len() > MAX_BRACKETS {
                    return Some(at);
                }
                chain
            }
            b')' | b']' | b'}' => {
                if chains.len() > 1 {
                    chains.pop();
                }
                0
            }
            b',' | b';' => {
                reset(&mut chains);
                0
            }
            b'\n' => {
                if chains.len() == 1 {
                    reset(&mut chains);
                    line_start = true;
                }
                0
            }
            b'#' => {
                at += bytes[at..].iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len() - at);
                word = false;
                continue;
            }
            b'"' | b'\'' => {
                let end = after_string(bytes, at);
                if is_formatted(bytes, at) && interpolates_deeply(&bytes[at..end]) {
                    return Some(at);
                }
                at = end;
                word = false;
                continue;
            }
            b'\\' => {
                at += 2;
                word = false;
                continue;
            }
            b'.' | b'+' | b'-' | b'*' | b'/' | b'%' | b'&' | b'|' | b'^' | b'~' | b'<' | b'>' | b'=' | b'@' | b':' => {
                bump(&mut chains)
            }
            _ if byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80 => {
                // Operators can be words: `not`, `lambda`, `if`, `await`.
                if word { 0 } else { bump(&mut chains) }
            }
            _ => 0,
        };
        if chain > MAX_CHAIN {
            return Some(at);
        }
        word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        at += 1;
    }
    None
}

fn bump(chains: &mut [usize]) -> usize {
    chains.last_mut().map_or(0, |last| {
        *last += 1;
        *last
    })
}

fn reset(chains: &mut [usize]) {
    if let Some(last) = chains.last_mut() {
        *last = 0;
    }
}

/// Returns whether the string that begins at `at` has a prefix with which expressions can stand in it.
fn is_formatted(bytes: &[u8], at: usize) -> bool {
    let name = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || **byte >= 0x80;
    let length = bytes[..at].iter().rev().take_while(name).count();
    let prefix = &bytes[at - length..at];
    length <= 2 && prefix.iter().any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
}

/// Returns whether an expression in a string is nested too deeply.
fn interpolates_deeply(text: &[u8]) -> bool {
    let (mut depth, mut chain) = (0_usize, 0_usize);
    for byte in text {
        match byte {
            b'{' | b'(' | b'[' => {
                depth += 1;
                chain += 1;
            }
            b'}' | b')' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    chain = 0;
                }
            }
            _ if depth > 0 && !byte.is_ascii_alphanumeric() => chain += 1,
            _ => {}
        }
        if depth > MAX_BRACKETS || chain > MAX_CHAIN {
            return true;
        }
    }
    false
}

/// Returns the position after the string that begins at `at`; a string that is not closed ends with its line or the file.
fn after_string(bytes: &[u8], at: usize) -> usize {
    let quote = bytes[at];
    let triple = bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote);
    let mut at = at + if triple { 3 } else { 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' if !triple => return at,
            _ if byte == quote => {
                if !triple {
                    return at + 1;
                }
                if bytes.get(at + 1) == Some(&quote) && bytes.get(at + 2) == Some(&quote) {
                    return at + 3;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    bytes.len()
}
