/// One operation of the API, for its OpenAPI description.
public struct OperationDescription: Sendable {
    /// A body, or the content of an answer.
    public struct Body: Sendable {
        /// The media type, such as `application/json`.
        public var mediaType: String
        /// What it holds; nil for bytes and texts that no schema describes.
        public var schema: JSONSchema?

        /// Describes a body.
        public init(mediaType: String = "application/json", schema: JSONSchema?) {
            self.mediaType = mediaType
            self.schema = schema
        }
    }

    /// A header of an answer.
    public struct Header: Sendable {
        /// The name, such as `ETag`.
        public var name: String
        /// What it says.
        public var description: String
        /// What its value looks like.
        public var schema: JSONSchema

        /// Describes a header.
        public init(_ name: String, description: String, schema: JSONSchema = .string()) {
            self.name = name
            self.description = description
            self.schema = schema
        }
    }

    /// An answer that is no problem.
    ///
    /// An operation may list several of one status, each with another media type.
    public struct Response: Sendable {
        /// The status code.
        public var status: Int
        /// What it means.
        public var description: String
        /// The content; nil for none.
        public var body: Body?
        /// The headers worth knowing.
        public var headers: [Header]

        /// Describes an answer.
        public init(
            status: Int, description: String, body: Body? = nil, headers: [Header] = []
        ) {
            self.status = status
            self.description = description
            self.body = body
            self.headers = headers
        }
    }

    /// The problems that share a status code.
    public struct Problems: Sendable {
        /// The status code.
        public var status: Int
        /// The last parts of their types, such as `not-found`.
        public var types: [String]

        /// Describes problems.
        public init(status: Int, types: [String]) {
            self.status = status
            self.types = types
        }
    }

    /// The method, such as `POST`.
    public var method: String
    /// The path, with its variable parts in braces: `/api/v1/workflows/{key}`.
    public var path: String
    /// The name of the operation, unique in the document.
    public var operationID: String
    /// The group that it belongs to.
    public var tag: String
    /// What it does, in a few words.
    public var summary: String
    /// What a caller must know.
    public var description: String
    /// What the caller must be allowed to do; nil when anyone may call, even without signing in.
    public var permission: String?
    /// The parts of path, query and header that it reads.
    public var parameters: [ParameterDescription]
    /// The bodies that it accepts, one for each media type; empty for none.
    public var requestBodies: [Body]
    /// Whether a body must be sent.
    public var requestRequired: Bool
    /// The answers that are no problems.
    public var responses: [Response]
    /// The problems that it answers with.
    public var problems: [Problems]

    /// Describes an operation.
    public init(
        method: String, path: String, operationID: String, tag: String, summary: String,
        description: String = "", permission: String?, parameters: [ParameterDescription] = [],
        requestBodies: [Body] = [], requestRequired: Bool = true, responses: [Response],
        problems: [Problems] = []
    ) {
        self.method = method
        self.path = path
        self.operationID = operationID
        self.tag = tag
        self.summary = summary
        self.description = description
        self.permission = permission
        self.parameters = parameters
        self.requestBodies = requestBodies
        self.requestRequired = requestRequired
        self.responses = responses
        self.problems = problems
    }
}

/// A part of the path, the query or the header that an operation reads.
public struct ParameterDescription: Sendable {
    /// Where a parameter stands.
    public enum Location: String, Sendable {
        /// In the path, in braces.
        case path
        /// After the question mark.
        case query
        /// In a header field.
        case header
    }

    /// The name.
    public var name: String
    /// Where it stands.
    public var location: Location
    /// Whether it must be there; what stands in the path always must.
    public var required: Bool
    /// What its value must be.
    public var schema: JSONSchema
    /// What it means.
    public var description: String

    /// Describes a parameter.
    public init(
        _ name: String, in location: Location, required: Bool = false, schema: JSONSchema,
        description: String
    ) {
        self.name = name
        self.location = location
        self.required = required || location == .path
        self.schema = schema
        self.description = description
    }
}
