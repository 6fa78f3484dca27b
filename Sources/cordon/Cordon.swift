import ArgumentParser
import TOMLKit
@main struct C: AsyncParsableCommand { func run() async throws {} }
