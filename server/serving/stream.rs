//! Server-sent events from bytes, cut anywhere: an incremental state machine, pure. By the "event stream" grammar of the
//! HTML standard (9.2.6), and one step more lenient at the end: an event without its blank line still counts.

/// One event may be this long. A whole answer in one event stays far below.
pub const MAX_EVENT_BYTES: usize = 4 << 20;

/// An event is longer than any sane one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("one event is longer than {} MB", MAX_EVENT_BYTES >> 20)]
pub struct TooLong;

/// What has been read of a stream so far.
#[derive(Debug, Default)]
pub struct Events {
    /// The line that has no end yet.
    line: Vec<u8>,
    /// The lines of `data` of the event that has no end yet, joined by line feeds.
    data: Vec<u8>,
    has_data: bool,
    /// The last byte was a carriage return: a line feed now belongs to it.
    after_return: bool,
    /// Past the first line, in front of which a byte order mark may stand.
    begun: bool,
}

impl Events {
    /// Reads on, and calls `each` with the data of every event that is whole now.
    ///
    /// # Errors
    /// When an event is too long. The stream cannot be read any further then.
    pub fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&str)) -> Result<(), TooLong> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_return) && rest[0] == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
                return self.keep(rest);
            };
            self.keep(&rest[..end])?;
            self.after_return = rest[end] == b'\r';
            rest = &rest[end + 1..];
            self.end_line(each)?;
        }
        Ok(())
    }

    /// The stream has ended: an event that waits for its blank line is taken as whole.
    ///
    /// # Errors
    /// As [`Events::feed`].
    pub fn finish(&mut self, each: &mut dyn FnMut(&str)) -> Result<(), TooLong> {
        if !self.line.is_empty() {
            self.end_line(each)?;
        }
        self.end_event(each);
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), TooLong> {
        if self.line.len() + self.data.len() + bytes.len() > MAX_EVENT_BYTES {
            return Err(TooLong);
        }
        self.line.extend_from_slice(bytes);
        Ok(())
    }

    fn end_line(&mut self, each: &mut dyn FnMut(&str)) -> Result<(), TooLong> {
        let mut line = std::mem::take(&mut self.line);
        let mut text = line.as_slice();
        if !std::mem::replace(&mut self.begun, true) {
            text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        }
        if text.is_empty() {
            self.end_event(each);
        } else if let Some(value) = field(text, b"data") {
            if self.has_data {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(value);
            self.has_data = true;
        }
        // Comments, `event`, `id` and `retry` say nothing in this protocol.
        line.clear();
        self.line = line;
        Ok(())
    }

    fn end_event(&mut self, each: &mut dyn FnMut(&str)) {
        if std::mem::take(&mut self.has_data) {
            // Only whole lines come here, so no character can be cut: what is no UTF-8 was none before.
            each(&String::from_utf8_lossy(&self.data));
        }
        self.data.clear();
    }
}

/// The value of a field; one blank behind the colon belongs to the grammar.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    match rest.split_first() {
        None => Some(rest),
        Some((b':', value)) => Some(value.strip_prefix(b" ").unwrap_or(value)),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(parts: &[&[u8]]) -> Vec<String> {
        let (mut events, mut found) = (Events::default(), Vec::new());
        let mut each = |data: &str| found.push(data.to_owned());
        for part in parts {
            events.feed(part, &mut each).unwrap();
        }
        events.finish(&mut each).unwrap();
        found
    }

    #[test]
    fn every_form_of_the_grammar() {
        let rows: [(&str, &[&str]); 12] = [
            ("data: a\n\ndata: b\n\n", &["a", "b"]),
            ("data: a\r\n\r\ndata: b\r\n\r\n", &["a", "b"]),
            ("data: a\r\rdata: b\r\r", &["a", "b"]),
            (": ping\n\ndata:a\n: in between\ndata:  b\n\n", &["a\n b"]),
            ("\u{feff}data: a\n\n", &["a"]),
            ("event: x\nid: 1\nretry: 5\ndata: a\n\n", &["a"]),
            ("data\n\n", &[""]),
            ("data: a\r\ndata: b\r\n\r\n", &["a\nb"]),
            ("data: a\n", &["a"]),
            ("data: [DONE]", &["[DONE]"]),
            ("database: a\n\n: nothing\n\n", &[]),
            ("\n\n\r\n", &[]),
        ];
        for (text, expected) in rows {
            assert_eq!(read(&[text.as_bytes()]), expected, "{text:?}");
        }
    }

    #[test]
    fn what_is_no_text_is_replaced_and_what_is_endless_is_refused() {
        assert_eq!(read(&[b"data: \xC3", b"\xA9\xFF\n\n"]), ["é\u{fffd}"]);
        let mut events = Events::default();
        let line = vec![b'x'; 1 << 20];
        let fed: Vec<_> = (0..5).map(|_| events.feed(&line, &mut |_| ())).collect();
        assert_eq!(fed[4], Err(TooLong));
        assert!(events.line.len() <= MAX_EVENT_BYTES);
    }

    proptest! {
        #[test]
        fn a_cut_changes_nothing(lines in prop::collection::vec("(data: )?[a-zé🦀:]{0,6}(\r\n|\r|\n)", 0..20), cut in 0usize..200) {
            let text = lines.concat().into_bytes();
            let cut = cut.min(text.len());
            prop_assert_eq!(read(&[&text]), read(&[&text[..cut], &text[cut..]]));
            let single: Vec<&[u8]> = text.chunks(1).collect();
            prop_assert_eq!(read(&[&text]), read(&single));
        }
    }
}
