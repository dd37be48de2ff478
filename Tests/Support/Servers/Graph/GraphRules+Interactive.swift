import JSON

extension GraphRules {
    static func interactive(_ part: JSONNode, _ content: inout GraphContent) throws(GraphRefusal) {
        try fields(part, ["type", "header", "body", "footer", "action"])
        let body = try object(part, "body")
        try fields(body, ["text"])
        content.text = try text(body, "text", 1...1_024)
        if part["footer"] != nil {
            let footer = try object(part, "footer")
            try fields(footer, ["text"])
            _ = try text(footer, "text", 1...60)
        }
        if part["header"] != nil {
            let header = try object(part, "header")
            try fields(header, ["type", "text"])
            _ = try text(header, "text", 1...60)
        }
        let action = try object(part, "action")
        switch try text(part, "type", 1...40) {
        case "button": try buttons(action, &content)
        case "list": try list(action, &content)
        case "location_request_message":
            try fields(action, ["name"])
            guard try text(action, "name", 1...40) == "send_location" else {
                throw .invalid("action.name must be send_location")
            }
        default: throw .unexpected("(#100) interactive.type must be one of button, list, location_request_message")
        }
        try distinct(content.choices.map(\.id), "ids")
    }

    private static func buttons(_ action: JSONNode, _ content: inout GraphContent) throws(GraphRefusal) {
        try fields(action, ["buttons"])
        for button in try array(action, "buttons", 1...3) {
            try fields(button, ["type", "reply"])
            guard try text(button, "type", 1...20) == "reply" else { throw .invalid("a button's type must be reply") }
            let reply = try object(button, "reply")
            try fields(reply, ["id", "title"])
            content.choices.append(
                .init(id: try text(reply, "id", 1...256), title: try text(reply, "title", 1...20), description: nil))
        }
        try distinct(content.choices.map(\.title), "titles")
    }

    private static func list(_ action: JSONNode, _ content: inout GraphContent) throws(GraphRefusal) {
        try fields(action, ["button", "sections"])
        content.listOpener = try text(action, "button", 1...20)
        let sections = try array(action, "sections", 1...10)
        for section in sections {
            try fields(section, ["title", "rows"])
            if section["title"] != nil || sections.count > 1 { _ = try text(section, "title", 1...24) }
            for row in try array(section, "rows", 1...10) {
                try fields(row, ["id", "title", "description"])
                let description = row["description"] == nil ? nil : try text(row, "description", 1...72)
                content.choices.append(
                    .init(
                        id: try text(row, "id", 1...200), title: try text(row, "title", 1...24),
                        description: description))
            }
        }
        guard content.choices.count <= 10 else { throw .invalid("(#131009) a list has at most 10 rows in all") }
    }

    private static func distinct(_ values: [String], _ what: String) throws(GraphRefusal) {
        guard Set(values).count == values.count else { throw .invalid("(#131009) \(what) must be distinct") }
    }
}
