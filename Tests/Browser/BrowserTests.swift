import Foundation
import Postgres
import Servers
import Testing

/// The story in a real browser. Pictures of it are left in `.build/screenshots`.
@Suite(.serialized, .enabled(if: WebDriver.isInstalled, "Debian's chromium-driver is not installed"))
struct BrowserTests {
    @Test(.timeLimit(.minutes(3)))
    func aVisitorHoldsTheStorysConversationInARealBrowser() async throws {
        let system = try await HotelSystem.start()
        let browser = try await WebDriver.start()
        try await browser.open("\(system.address)/chat")
        #expect(try await browser.waits(for: "document.querySelectorAll('.entry.agent').length === 1"))
        try await picture(browser, "empty")

        try await say("Hola, ¿tienen una doble del 3 al 5 de diciembre para dos personas?", browser)
        #expect(try await browser.waits(for: "document.querySelectorAll('.card').length === 3"))
        #expect(try await lastText(browser).contains("asistente automático"))
        try await picture(browser, "offer")
        try await browser.click(".card", saying: "Doble superior")
        #expect(try await browser.waits(for: lastHas("¿a nombre de quién")))
        #expect(try await browser.text("document.querySelectorAll('.card[aria-pressed=true]').length") == "1")
        try await say("Ana Pérez", browser)
        #expect(try await browser.waits(for: lastHas("correo electrónico")))
        try await say("ana@example.org", browser)
        #expect(try await browser.waits(for: lastHas("¿Confirmo la reserva?")))
        try await browser.click(".replies button", saying: "Confirmar")
        #expect(try await browser.waits(for: "document.querySelector('.code') !== null"))
        let code = try await browser.text("document.querySelector('.code').textContent")
        #expect(try await status(of: code, system) == "confirmed")
        try await picture(browser, "booked")

        try await say("Thanks! can you cancel it?", browser)
        #expect(try await browser.waits(for: lastHas("Shall I cancel booking \(code)?")))
        try await browser.click(".replies button", saying: "Yes, cancel it")
        #expect(try await browser.waits(for: lastHas("now cancelled")))
        #expect(try await status(of: code, system) == "cancelled")

        try await htmlStaysText(browser)
        try await aVoiceNoteCanBePlayed(browser)
        try await picture(browser, "end")
        try await theConversationIsStillThereAfterAReload(browser)
        try await nothingIsAmiss(browser)
        await browser.stop()
        await system.stop()
    }

    private func htmlStaysText(_ browser: WebDriver) async throws {
        let html = "<img src=x onerror=\"document.title='owned'\"> <b>is there wifi?</b>"
        try await say(html, browser)
        #expect(try await browser.waits(for: lastHas("Wi")))
        #expect(try await browser.text("[...document.querySelectorAll('.guest .text')].at(-1).textContent") == html)
        #expect(try await browser.text("document.querySelectorAll('#log img, #log b:not(.card b)').length") == "0")
        #expect(try await browser.text("document.title") != "owned")
    }

    private func aVoiceNoteCanBePlayed(_ browser: WebDriver) async throws {
        try await say("¿hay parking? respóndeme con un audio", browser)
        #expect(try await browser.waits(for: "document.querySelector('audio')?.duration > 1"))
        #expect(try await browser.text("document.querySelector('audio').error") == "null")
    }

    private func theConversationIsStillThereAfterAReload(_ browser: WebDriver) async throws {
        let texts = "[...document.querySelectorAll('.entry .text')].map(e => e.textContent).join('|')"
        let before = try await browser.text(texts)
        try await browser.reload()
        #expect(try await browser.waits(for: "document.querySelectorAll('.entry').length > 10"))
        #expect(try await browser.text(texts) == before)
    }

    /// No error on the console; what the policy forbids is told there, too.
    private func nothingIsAmiss(_ browser: WebDriver) async throws {
        let told = try await browser.console().filter {
            $0.level == "SEVERE" || $0.message.contains("Content Security Policy")
        }
        #expect(told.isEmpty, "\(told)")
    }

    // MARK: Parts of it

    private func say(_ text: String, _ browser: WebDriver) async throws {
        try await browser.type(text + WebDriver.enter, into: "#words")
    }

    private func lastText(_ browser: WebDriver) async throws -> String {
        try await browser.text("[...document.querySelectorAll('.entry.agent .text')].at(-1).textContent")
    }

    private func lastHas(_ text: String) -> String {
        "[...document.querySelectorAll('.entry.agent .text')].at(-1)?.textContent.includes(\"\(text)\") === true"
    }

    private func status(of code: String, _ system: HotelSystem) async throws -> String {
        try await system.database.rows("SELECT status FROM bookings WHERE code = $1", [.text(code)]).first?
            .text("status") ?? ""
    }

    private static let directory = URL(filePath: ".build/screenshots", directoryHint: .isDirectory)

    /// The page as it is now, on a telephone and on a desk. Nothing may stick out sideways.
    private func picture(_ browser: WebDriver, _ name: String) async throws {
        try FileManager.default.createDirectory(at: Self.directory, withIntermediateDirectories: true)
        for (width, height, isPhone) in [(360, 740, true), (1_200, 900, false)] {
            try await browser.resize(width: width, height: height, isPhone: isPhone)
            #expect(try await browser.waits(for: "innerWidth === \(width)"))
            // What fades in is there.
            #expect(try await browser.waits(for: "document.getAnimations().every(a => a.playState === 'finished')"))
            #expect(
                try await browser.text("document.documentElement.scrollWidth <= innerWidth") == "true",
                "\(name) \(width)")
            try await browser.screenshot().write(to: Self.directory.appending(path: "\(name)-\(width).png"))
        }
    }
}
