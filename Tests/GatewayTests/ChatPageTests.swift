import Testing

@testable import gateway

@Suite struct ChatPageTests {
    private static func text(_ bytes: some Collection<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func leavesOutIndentationAndLinesOfComment() {
        let source = """
            /** What it is. */
            class A {
              // Why.
              #b = 1; // stays

              /*
               * More of it.
               */
              c() { return "/* words */"; }
              /* Short. */ d = 2;
            }
            """
        let lean = """
            class A {
            #b = 1; // stays
            c() { return "/* words */"; }
            /* Short. */ d = 2;
            }

            """
        #expect(Self.text(LeanSource.of(Array(source.utf8))) == lean)
    }

    @Test func keepsAStyleSheetsUniversalRule() {
        let source = "/* All. */\n* { box-sizing: border-box }\n"
        #expect(Self.text(LeanSource.of(Array(source.utf8))) == "* { box-sizing: border-box }\n")
    }

    @Test func thePageAndAllThatItLoadsStayUnder60kB() {
        let assets = ChatPage.assets.map { $0.name.hasSuffix(".svg") ? $0.bytes : LeanSource.of($0.bytes) }
        #expect(PackageResources.chat_html.count + assets.map(\.count).reduce(0, +) < 60_000)
    }

    @Test(arguments: ChatPage.assets.map(\.name).filter { $0.hasSuffix(".js") })
    func noTemplateLiteralRunsOverLines(name: String) throws {
        let script = try #require(ChatPage.assets.first { $0.name == name })
        let lines = script.bytes.split(separator: UInt8(ascii: "\n")).map(Self.text)
        for line in lines where !line.drop(while: { $0 == " " }).hasPrefix("*") {
            #expect(line.count { $0 == "`" }.isMultiple(of: 2), "\(line)")
        }
    }

    @Test func thePageAsksForNothingThatIsNotServed() {
        let html = Self.text(PackageResources.chat_html)
        let asked = html.matches(of: /\/chat\/assets\/([a-z.]+)/).map { String($0.output.1) }
        #expect(!asked.isEmpty)
        for script in ChatPage.assets where script.name.hasSuffix(".js") {
            let imported = Self.text(script.bytes).matches(of: /from "\.\/([a-z.]+)"/).map { String($0.output.1) }
            #expect(Set(imported).isSubset(of: Set(ChatPage.assets.map(\.name))))
        }
        #expect(Set(asked).isSubset(of: Set(ChatPage.assets.map(\.name))))
    }
}
