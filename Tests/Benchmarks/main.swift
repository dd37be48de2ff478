import Foundation

switch CommandLine.arguments.dropFirst().first {
case "echo-server": try Echo.serve()
case "wire-server": try await WireBench.serve()
default:
    var table = Table()
    let only = CommandLine.arguments.dropFirst().first
    if only == nil || only == "wire" { try await Benchmark.wire(&table) }
    if only == nil || only == "system" { try await Benchmark.system(&table) }
    table.printAll()
    exit(0)
}
