import JSON

/// Spans as OTLP's JSON has them (opentelemetry-proto 1.x, "JSON Protobuf Encoding"): ids in hexadecimal, 64-bit numbers as strings,
/// enumerations as numbers. Every text of the spans is redacted here, on its way out.
struct OTLPRequest {
    let service: String
    let instance: String
    let redactor: Redactor

    func bytes(_ records: [SpanRecord]) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.key("resourceSpans")
            $0.arrayOfOne {
                $0.key("resource")
                $0.object { json in
                    json.key("attributes")
                    json.beginArray()
                    attribute("service.name", .string(service), &json)
                    attribute("service.instance.id", .string(instance), &json)
                    json.endArray()
                }
                $0.key("scopeSpans")
                $0.arrayOfOne {
                    $0.key("scope")
                    $0.object {
                        $0.key("name")
                        $0.string("agente-hotel")
                    }
                    $0.key("spans")
                    $0.beginArray()
                    for record in records { span(record, &$0) }
                    $0.endArray()
                }
            }
        }
        return json.bytes
    }

    private func span(_ record: SpanRecord, _ json: inout JSONWriter) {
        json.object { json in
            context(record.context, &json)
            if let parent = record.parentSpanID {
                json.key("parentSpanId")
                json.string(Hex.text(parent))
            }
            json.key("name")
            json.string(redacted(record.name))
            json.key("kind")
            json.int(record.kind.rawValue)
            json.key("startTimeUnixNano")
            json.string("\(record.start)")
            json.key("endTimeUnixNano")
            json.string("\(record.end)")
            json.key("attributes")
            json.beginArray()
            for (key, value) in record.attributes { attribute(key.description, value, &json) }
            json.endArray()
            if !record.links.isEmpty {
                json.key("links")
                json.beginArray()
                for link in record.links { json.object { context(link, &$0) } }
                json.endArray()
            }
            json.key("status")
            json.object {
                guard let failure = record.failure else { return }
                $0.key("message")
                $0.string(redacted(failure))
                $0.key("code")
                $0.int(2)
            }
        }
    }

    private func context(_ context: SpanContext, _ json: inout JSONWriter) {
        json.key("traceId")
        json.string(context.traceIDText)
        json.key("spanId")
        json.string(context.spanIDText)
    }

    private func attribute(_ key: String, _ value: LogValue, _ json: inout JSONWriter) {
        json.object {
            $0.key("key")
            $0.string(key)
            $0.key("value")
            $0.object {
                switch value {
                case .string(let text):
                    $0.key("stringValue")
                    $0.string(redacted(text))
                case .int(let number):
                    $0.key("intValue")
                    $0.string("\(number)")
                case .double(let number): double(number, &$0)
                case .bool(let value):
                    $0.key("boolValue")
                    $0.bool(value)
                case .duration(let duration): double(duration.seconds, &$0)
                case .error(let error):
                    $0.key("stringValue")
                    $0.string(redacted(safeDescription(of: error)))
                }
            }
        }
    }

    private func double(_ number: Double, _ json: inout JSONWriter) {
        json.key("doubleValue")
        // Protobuf's JSON has strings for what JSON has no numbers for.
        if number.isFinite {
            json.double(number)
        } else {
            json.string(number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")
        }
    }

    private func redacted(_ text: String) -> String { redactor.redact(text, limit: SpanRecord.maximumTextBytes) }
}

extension JSONWriter {
    fileprivate mutating func object(_ members: (inout JSONWriter) -> Void) {
        beginObject()
        members(&self)
        endObject()
    }

    fileprivate mutating func arrayOfOne(_ members: (inout JSONWriter) -> Void) {
        beginArray()
        object(members)
        endArray()
    }
}
