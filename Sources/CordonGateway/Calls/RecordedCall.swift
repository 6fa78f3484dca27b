import CordonCore

/// One call of a tool as the evidence has it, in the form of our own interface.
package enum RecordedCall {
    /// A list with the one call; arguments that are no JSON are kept as the text that they are.
    package static func json(
        _ name: String?, _ arguments: [UInt8], result: ArraySlice<UInt8>? = nil
    ) -> [UInt8] {
        var json = JSONText()
        json.beginArray()
        json.beginObject()
        json.member("name", name)
        json.key("arguments")
        if arguments.withUnsafeBufferPointer(JSONScan.isWhole) {
            json.raw(arguments)
        } else {
            json.string(String(decoding: arguments, as: UTF8.self))
        }
        if let result {
            json.key("result")
            json.raw(result)
        }
        json.endObject()
        json.endArray()
        return json.bytes
    }
}
