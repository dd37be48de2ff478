/// Says where a body does not fit its type, and how, without saying what stood there.
func problem(of error: any Error, in root: String) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context): "\(place(context.codingPath + [key], root)) is missing"
    case DecodingError.valueNotFound(_, let context): "\(place(context.codingPath, root)) is null"
    case DecodingError.typeMismatch(_, let context): "\(place(context.codingPath, root)) has the wrong type"
    case DecodingError.dataCorrupted(let context): "\(place(context.codingPath, root)) has no valid value"
    default: "\(root) does not fit its type"
    }
}

private func place(_ path: [any CodingKey], _ root: String) -> String {
    path.reduce(into: root) { text, key in
        if let index = key.intValue { text += "[\(index)]" } else { text += ".\(key.stringValue)" }
    }
}
