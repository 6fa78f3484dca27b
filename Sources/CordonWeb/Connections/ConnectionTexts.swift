import CordonAPI
import CordonOperations

/// What people copy to connect a workflow.
///
/// Each of them is run by `Tests/e2e/test_connections.py` as it stands, while the workflow runs and
/// while it is stopped.
struct ConnectionTexts {
    let key: String
    let server: String
    /// An MCP server that the workflow may reach.
    let mcpServer: String

    /// How the key is made that a text needs.
    private func made(_ scopes: String..., by mark: String = "#") -> String {
        let asked = scopes.map { "--scope \($0)" }.joined(separator: " ")
        return """
            \(mark) The key: cordon token create \(key) --workflow \(key) \(asked) --save cordon.key
            \(mark) Then:    export CORDON_TOKEN="$(cat cordon.key)"
            """
    }

    // MARK: Calls that pass through Cordon

    var providers: [Connection] { [openai, anthropic, langchain, agents, mcp] }

    private var openai: Connection {
        Connection(
            "openai", "OpenAI SDK", for: "Programs that call OpenAI, or what speaks like it.",
            at: .gateway, "gateway",
            """
            \(made("gateway"))
            import os
            from openai import OpenAI

            client = OpenAI(base_url="\(server)/openai/v1", api_key=os.environ["CORDON_TOKEN"])
            answer = client.chat.completions.create(
                model="gpt-4o-mini", messages=[{"role": "user", "content": "Say hello."}]
            )
            print(answer.choices[0].message.content)
            """)
    }

    private var anthropic: Connection {
        Connection(
            "anthropic", "Anthropic SDK", for: "Programs that call Anthropic.",
            at: .gateway, "gateway",
            """
            \(made("gateway"))
            import os
            from anthropic import Anthropic

            client = Anthropic(base_url="\(server)/anthropic", api_key=os.environ["CORDON_TOKEN"])
            answer = client.messages.create(
                model="claude-sonnet-4-5", max_tokens=256,
                messages=[{"role": "user", "content": "Say hello."}],
            )
            print(answer.content[0].text)
            """)
    }

    private var langchain: Connection {
        Connection(
            "langchain", "LangChain", for: "Chains and agents on langchain-openai.",
            at: .gateway, "gateway",
            """
            \(made("gateway"))
            import os
            from langchain_openai import ChatOpenAI

            model = ChatOpenAI(
                model="gpt-4o-mini", base_url="\(server)/openai/v1", api_key=os.environ["CORDON_TOKEN"]
            )
            print(model.invoke("Say hello.").content)
            """)
    }

    private var agents: Connection {
        Connection(
            "openai-agents", "OpenAI Agents SDK", for: "Agents on openai-agents.",
            at: .gateway, "gateway",
            """
            \(made("gateway"))
            import os
            from agents import Agent, Runner, set_default_openai_client, set_tracing_disabled
            from openai import AsyncOpenAI

            set_default_openai_client(
                AsyncOpenAI(base_url="\(server)/openai/v1", api_key=os.environ["CORDON_TOKEN"]),
                use_for_tracing=False,
            )
            # Its traces would go to the provider past Cordon.
            set_tracing_disabled(True)

            agent = Agent(name="Assistant", model="gpt-4o-mini")
            print(Runner.run_sync(agent, "Say hello.").final_output)
            """)
    }

    private var mcp: Connection {
        Connection(
            "mcp", "MCP over HTTP", for: "Clients that take the address of an MCP server.",
            at: .gateway, "gateway",
            """
            {
              "mcpServers": {
                "\(mcpServer)": {
                  "type": "http",
                  "url": "\(server)/mcp/\(mcpServer)",
                  "headers": {"Authorization": "Bearer \(Connection.secretGoesHere)"}
                }
              }
            }
            """)
    }

    // MARK: Jobs that ask before they begin

    var schedules: [Connection] { [cron, automation, actions] }

    private func question(_ point: String) -> String {
        "\(server)\(Paths.root)/workflows/\(key)/gate?point=\(point)"
    }

    private var cron: Connection {
        Connection(
            "cron", "curl in a cron job", for: "Scripts that run by the clock.",
            at: .gate, "cron",
            """
            #!/bin/sh
            \(made("gate"))
            : "${CORDON_TOKEN:=$(cat /etc/cordon/cordon.key)}"
            # Stopped, unknown key or no answer: nothing is done.
            curl --fail --silent --show-error --max-time 5 --output /dev/null \\
              --header "Authorization: Bearer $CORDON_TOKEN" \\
              "\(question("cron"))" || exit 75
            ./your-job
            """)
    }

    private var automation: Connection {
        Connection(
            "http-step", "HTTP step of n8n, Make, Zapier",
            for: "Automation tools: one request in front of the step that acts.",
            at: .gate, "automation",
            """
            POST \(server)\(Paths.root)/workflows/\(key)/gate
            Authorization: Bearer \(Connection.secretGoesHere)
            Content-Type: application/json

            {"action": "generate", "point": "automation"}

            Filter: go on only if `allowed` is true. On an error or without an answer, do not go on.
            """)
    }

    private var actions: Connection {
        Connection(
            "github-actions", "GitHub Actions", for: "A step in front of the steps that act.",
            at: .gate, "github-actions",
            """
            - name: Ask Cordon
              env:
                CORDON_TOKEN: ${{ secrets.CORDON_TOKEN }}
              run: |
                curl --fail-with-body --silent --show-error --max-time 5 \\
                  --header "Authorization: Bearer $CORDON_TOKEN" \\
                  "\(question("github-actions"))"
            """)
    }

    // MARK: Programs that ask before each act, and those that only tell

    var guards: [Connection] { [python, swift, otlp] }

    private var python: Connection {
        Connection(
            "python", "Guard for Python", for: "Programs that ask before each act.",
            at: .follower, "python:",
            """
            \(made("gate", "capture", "report"))
            # clients/python has the module: one file, nothing else.
            import os
            from cordon import Cordon

            cordon = Cordon("\(server)", token=os.environ["CORDON_TOKEN"], workflow="\(key)")
            cordon.follow()

            with cordon.guard("generate"):
                print("Here the work is done.")
            """)
    }

    private var swift: Connection {
        Connection(
            "swift", "Guard for Swift", for: "Programs that ask before each act.",
            at: .follower, "swift:",
            """
            \(made("gate", "capture", by: "//"))
            import CordonClient
            import Foundation

            let token = ProcessInfo.processInfo.environment["CORDON_TOKEN"]
            let client = CordonClient(server: "\(server)", token: token)
            do {
                try await Guard.following("\(key)", client) { gate in
                    try await gate.withPermission(.generate) {
                        print("Here the work is done.")
                    }
                }
            } catch {
                print("Nothing was done: \\(error)")
            }
            try await client.shutdown()
            """)
    }

    private var otlp: Connection {
        Connection(
            "otlp", "OpenTelemetry", for: "What only tells of its work: kept, but not contained.",
            at: .observer, "evidence",
            """
            \(made("capture"))
            export OTEL_EXPORTER_OTLP_ENDPOINT=\(server)
            export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
            export OTEL_EXPORTER_OTLP_HEADERS="authorization=Bearer%20$CORDON_TOKEN"
            export OTEL_RESOURCE_ATTRIBUTES=cordon.workflow=\(key)
            """)
    }
}
