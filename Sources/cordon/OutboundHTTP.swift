import AsyncHTTPClient
import CordonOperations
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// The real way out: HTTP to public addresses, and to private ones that are allowed by name.
///
/// The name is looked up once, every address that it has is judged, and the connection goes to one
/// of those that were judged: a name that changes its mind in between leads nowhere. The host keeps
/// its place in the request and in the check of its certificate.
struct OutboundHTTP: Sendable {
    let allowed: AllowedHosts

    /// More addresses of one host are not tried.
    private static let addressesAtMost = 4
    private static let connectTimeout = TimeAmount.seconds(5)

    @Sendable func post(_ message: OutboundMessage) async throws -> OutboundAnswer {
        let place = try Place(message.url)
        let end = NIODeadline.now() + TimeAmount(message.timeout)
        let addresses = try await judged(place, before: end)
        var fault = OutboundFault.unreachable("\(place.host) has no address")
        for address in addresses.prefix(Self.addressesAtMost) where NIODeadline.now() < end {
            do {
                return try await exchange(message, place, address: address, before: end)
            } catch let error as OutboundFault {
                throw error
            } catch {
                fault = .unreachable("\(place.host) (\(address)) cannot be reached: \(error)")
                guard Self.isAboutConnecting(error) else { break }
            }
        }
        throw fault
    }

    /// The addresses of the host, none of which is closed.
    private func judged(_ place: Place, before end: NIODeadline) async throws -> [String] {
        let addresses =
            NetworkAddress(place.host) == nil
            ? try await Self.lookUp(place, before: end) : [place.host]
        guard !allowed.allow(place.host, port: place.port) else { return addresses }
        for address in addresses where NetworkAddress(address)?.isPublic != true {
            throw OutboundFault.closed(host: place.host, address: address)
        }
        return addresses
    }

    /// Where an address leads: every address that its host has, none of which is closed, and
    /// whether the operator has allowed the host by name.
    func judgedPlace(
        of url: String, before end: NIODeadline
    ) async throws -> (host: String, addresses: [String], isAllowed: Bool) {
        let place = try Place(url)
        return (
            place.host, try await judged(place, before: end),
            allowed.allow(place.host, port: place.port)
        )
    }

    private func exchange(
        _ message: OutboundMessage, _ place: Place, address: String, before end: NIODeadline
    ) async throws -> OutboundAnswer {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: Self.connectTimeout))
        configuration.connectionPool.retryConnectionEstablishment = false
        if place.host != address { configuration.dnsOverride = [place.host: address] }
        let client = HTTPClient(
            eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        let result: Result<OutboundAnswer, any Error>
        do {
            result = .success(try await exchange(message, place, client, before: end))
        } catch {
            result = .failure(error)
        }
        // The answer is there, or the reason why not: how the connection ends adds nothing.
        try? await client.shutdown()
        return try result.get()
    }

    private func exchange(
        _ message: OutboundMessage, _ place: Place, _ client: HTTPClient, before end: NIODeadline
    ) async throws -> OutboundAnswer {
        var request = HTTPClientRequest(url: place.url)
        request.method = .POST
        for (name, value) in message.headers { request.headers.add(name: name, value: value) }
        request.body = .bytes(message.body)
        let response = try await client.execute(request, deadline: end)
        var headers: [String: String] = [:]
        for (name, value) in response.headers { headers[name.lowercased()] = value }
        do {
            let body = try await response.body.collect(upTo: message.answerLimit)
            return OutboundAnswer(
                status: Int(response.status.code), headers: headers,
                body: Array(body.readableBytesView))
        } catch is NIOTooManyBytesError {
            throw OutboundFault.tooLarge(limit: message.answerLimit)
        }
    }

    /// Whether another address of the same host may do better.
    private static func isAboutConnecting(_ error: any Error) -> Bool {
        error is IOError || error is NIOConnectionError
            || error as? HTTPClientError == .connectTimeout
    }

    /// Asks the system for the addresses of a name, on a thread that may wait.
    ///
    /// A resolver that hangs keeps its thread, but not the caller beyond the deadline.
    private static func lookUp(_ place: Place, before end: NIODeadline) async throws -> [String] {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let found = loop.makePromise(of: [String].self)
        let late = loop.scheduleTask(deadline: end) {
            found.fail(OutboundFault.unreachable("\(place.host) could not be looked up in time"))
        }
        NIOThreadPool.singleton.submit { _ in
            found.completeWith(Result { try addresses(of: place.host) })
        }
        defer { late.cancel() }
        return try await found.futureResult.get()
    }

    private static func addresses(of host: String) throws -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            throw OutboundFault.unreachable(
                "\(host) cannot be looked up: \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let entry = next?.pointee {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            let named = getnameinfo(
                entry.ai_addr, entry.ai_addrlen, &text, socklen_t(text.count), nil, 0,
                NI_NUMERICHOST)
            if named == 0 {
                let bytes = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                addresses.append(String(decoding: bytes, as: UTF8.self))
            }
            next = entry.ai_next
        }
        return addresses
    }
}

/// Where a message goes, spelled so that everybody who reads the address finds the same host in it.
private struct Place {
    let url: String
    /// In small letters, without brackets.
    let host: String
    let port: Int

    init(_ text: String) throws(OutboundFault) {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let named = url.host(), url.user() == nil,
            url.password() == nil, url.fragment() == nil
        else { throw .address(text) }
        let host = named.lowercased().filter { $0 != "[" && $0 != "]" }
        // No escapes and no zone: what is judged here is what the client will connect to.
        let isPlain = host.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || ".:-_".utf8.contains($0)
        }
        let isNumbers = NetworkAddress(host) != nil
        guard isPlain, !host.isEmpty, isNumbers || !host.contains(":") else { throw .address(text) }
        self.host = host
        port = url.port ?? (scheme == "https" ? 443 : 80)
        let query = url.query().map { "?" + $0 } ?? ""
        let path = url.path(percentEncoded: true)
        self.url =
            "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
            + "\(path.isEmpty ? "/" : path)\(query)"
    }
}
