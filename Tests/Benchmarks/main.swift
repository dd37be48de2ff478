import Foundation

switch CommandLine.arguments.dropFirst().first {
case "echo-server": try Echo.serve()
case "wire-server": try await WireBench.serve()
default:
    var table = Table()
    try await Benchmark.wire(&table)
    table.printAll()
}
