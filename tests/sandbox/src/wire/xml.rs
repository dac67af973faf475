//! The XML of responses.

use quick_xml::{
    Writer,
    events::{BytesEnd, BytesStart, BytesText, Event},
};

/// One element: a name, and text or children.
#[derive(Clone, Debug)]
pub struct Element {
    name: String,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(String),
    Children(Vec<Element>),
}

impl Element {
    /// An element with text.
    pub fn text(name: &str, text: impl ToString) -> Self {
        Self { name: name.to_owned(), content: Content::Text(text.to_string()) }
    }

    /// An element with any number of child elements.
    pub fn parent(name: &str, children: impl IntoIterator<Item = Self>) -> Self {
        Self { name: name.to_owned(), content: Content::Children(children.into_iter().collect()) }
    }

    /// Its name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Its child elements; none if it has text.
    pub(super) fn children(&self) -> &[Self] {
        match &self.content {
            Content::Text(_) => &[],
            Content::Children(children) => children,
        }
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) {
        let start = BytesStart::new(self.name.as_str());
        emit(writer, Event::Start(start));
        match &self.content {
            Content::Text(text) => emit(writer, Event::Text(BytesText::new(text))),
            Content::Children(children) => children.iter().for_each(|child| child.write(writer)),
        }
        emit(writer, Event::End(BytesEnd::new(self.name.as_str())));
    }
}

fn emit(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    writer.write_event(event).expect("writing to memory does not fail");
}

/// Renders a document with the given root element and namespace.
pub(super) fn document(root: &str, namespace: Option<&str>, children: &[Element]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    let attributes = namespace.map(|namespace| ("xmlns", namespace));
    emit(&mut writer, Event::Start(BytesStart::new(root).with_attributes(attributes)));
    for child in children {
        child.write(&mut writer);
    }
    emit(&mut writer, Event::End(BytesEnd::new(root)));
    writer.into_inner()
}
