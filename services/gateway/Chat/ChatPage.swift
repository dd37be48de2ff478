import HTTP

/// The guest's page and what it is made of, built into the program. Served under a policy that lets nothing run but these files.
enum ChatPage {
    /// No inline script or style, no other host, in no frame but our own.
    static let policy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; \
        media-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'
        """

    /// Fields that every answer of the gateway gets.
    static let headers: HTTPHeaders = [
        "Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
        "X-Frame-Options": "SAMEORIGIN", "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    ]

    static let assets: [(name: String, bytes: [UInt8])] = [
        ("api.js", PackageResources.api_js), ("bubbles.js", PackageResources.bubbles_js),
        ("chat.css", PackageResources.chat_css), ("chat.js", PackageResources.chat_js),
        ("composer.js", PackageResources.composer_js), ("conversation.js", PackageResources.conversation_js),
        ("events.js", PackageResources.events_js), ("house.js", PackageResources.house_js),
        ("icon.svg", PackageResources.icon_svg), ("memory.js", PackageResources.memory_js),
        ("outbox.js", PackageResources.outbox_js), ("texts.js", PackageResources.texts_js),
        ("tokens.css", PackageResources.tokens_css), ("view.js", PackageResources.view_js),
    ]

    static func add(to router: inout HTTPRouter) {
        router.defaultHeaders = headers
        let page = StaticFile(PackageResources.chat_html, contentType: StaticFile.contentType(ofName: "chat.html"))
        router.serve(page, at: "/chat")
        for asset in assets {
            let bytes = asset.name.hasSuffix(".svg") ? asset.bytes : LeanSource.of(asset.bytes)
            let file = StaticFile(bytes, contentType: StaticFile.contentType(ofName: asset.name))
            router.serve(file, at: "/chat/assets/\(asset.name)")
        }
        router.on("GET", "/") { _ in .redirect(to: "/chat") }
    }
}
