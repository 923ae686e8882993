import { generateKeyPairSync } from "node:crypto";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError, loadConfig } from "../../src/config.js";

const publicPem = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" }).toString();
const privatePem = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe("the configuration", () => {
  it("is the demonstration on loopback when nothing is set", () => {
    expect(loadConfig({ PATH: "/bin" })).toEqual({
      host: "127.0.0.1",
      port: 8080,
      switchNodes: [],
      databaseUrl: "file:./data/callplane.db",
      demoDatabaseUrl: "file:./data/demo.db",
      jwtSecret: null,
      jwtSecretFile: "./data/jwt-secret",
      auditKeyFile: "./data/audit-key",
      outsideIssuer: null,
      logLevel: "info",
      ringTimeoutS: 20,
      parkReturnS: null,
      lostPhoneS: 4,
      lostPhoneReturnS: 60,
      allowQueryToken: false,
      metricsToken: null,
      rateLimitPerMinute: 600,
      mediaHost: null,
      mediaPorts: null,
      maxTokensPerUser: 20,
      maxStreamsPerUser: 20,
      maxLoginsPerMinute: 60,
      heartbeatS: 10,
      registrationGraceS: 15,
      connectionsMax: 10_000,
      connectionsPerAddress: 2000,
      pipelineMax: 8,
      stallTimeoutS: 30,
      receiveTimeoutS: 30,
      replyMemoryMb: 64,
      recordingsDir: resolve("data/recordings"),
      recordingsReadDir: resolve("data/recordings"),
      soundsDir: "/var/lib/freeswitch/sounds",
      soundsReadDir: "/var/lib/freeswitch/sounds",
      channelVariables: [],
      cdrDir: null,
      outboundAllowed: [],
      sipWssUrl: "wss://{domain}:7443",
      iceServers: [],
      sipRegistrationMaxS: 3600,
      trustProxy: false,
      publicUrl: null,
      corsOrigins: [],
      banCommand: null,
      banAfter: 20,
      banWindowS: 600,
      banS: 3600,
      banExempt: [],
      queuePositionSounds: [],
      queueCallbackSound: null,
      provisioningListen: { host: "127.0.0.1", port: 8085 },
      provisioningSecret: null,
      provisioningSecretFile: "./data/provisioning-secret",
      provisioningSnapshotDir: null,
      speech: { playedDir: resolve("data/speech"), writeDir: resolve("data/speech"), maxBytes: 512 * 1024 * 1024, command: null, url: null, token: null, voices: {}, timeoutMs: 5000, digitsDir: null },
      recognizer: { command: null, url: null, token: null, model: null, timeoutMs: 10_000 },
    });
  });

  it("takes what is set", () => {
    const config = loadConfig({
      HOST: "::",
      PORT: "0",
      DATABASE_URL: ":memory:",
      JWT_SECRET: "0123456789abcdef0123456789abcdef",
      LOG_LEVEL: "debug",
      RING_TIMEOUT_S: "5",
      PARK_RETURN_S: "60",
      ALLOW_QUERY_TOKEN: "1",
      METRICS_TOKEN: "m",
      RATE_LIMIT_PER_MINUTE: "10",
      HEARTBEAT_S: "3",
      REGISTRATION_GRACE_S: "0",
      RECORDINGS_DIR: "/srv/rec/",
      TRUST_PROXY: "true",
    });
    expect(config).toMatchObject({ host: "::", port: 0, databaseUrl: ":memory:", logLevel: "debug", ringTimeoutS: 5, parkReturnS: 60, allowQueryToken: true, metricsToken: "m", rateLimitPerMinute: 10, heartbeatS: 3, registrationGraceS: 0, recordingsDir: "/srv/rec", trustProxy: true });
    expect(config.jwtSecret).toHaveLength(32);
  });

  it("takes what speaks and what listens, and keeps its files apart from others", () => {
    const real = { FREESWITCH_NODES: "esl://:secret@fs" };
    expect(loadConfig(real).speech).toMatchObject({ playedDir: "/var/lib/freeswitch/speech", writeDir: "/var/lib/freeswitch/speech" });
    const config = loadConfig({ ...real, SPEECH_DIR: "/srv/speech/", SPEECH_WRITE_DIR: "/mnt/speech", SPEECH_COMMAND: " /usr/bin/piper  --model /voices/{language}.onnx ", SPEECH_VOICES: '{"alice":"af_heart","de-DE":"thorsten"}', SPEECH_CACHE_MB: "64", SPEECH_TIMEOUT_S: "3", RECOGNIZER_URL: "http://127.0.0.1:8000/inference", RECOGNIZER_MODEL: "small" });
    expect(config.speech).toMatchObject({ playedDir: "/srv/speech", writeDir: "/mnt/speech", command: ["/usr/bin/piper", "--model", "/voices/{language}.onnx"], voices: { alice: "af_heart", "de-DE": "thorsten" }, maxBytes: 64 * 1024 * 1024, timeoutMs: 3000 });
    expect(config.recognizer).toMatchObject({ url: "http://127.0.0.1:8000/inference", model: "small" });
    expect(problemsOf({ SPEECH_DIR: "/var/lib/freeswitch/sounds/1" })).toEqual([expect.stringMatching(/^SPEECH_DIR and SOUNDS_DIR/)]);
    expect(problemsOf({ ...real, SPEECH_DIR: "/var/lib/freeswitch/recordings" })).toEqual([expect.stringMatching(/^SPEECH_DIR and RECORDINGS_DIR/)]);
    expect(problemsOf({ SPEECH_COMMAND: "a", SPEECH_URL: "http://b/" })).toHaveLength(1);
    for (const wrong of [{ SPEECH_COMMAND: " " }, { SPEECH_COMMAND: "./a b" }, { SPEECH_COMMAND: "a\nb" }, { SPEECH_VOICES: "x" }, { SPEECH_VOICES: '{"a":"--x"}' }, { SPEECH_VOICES: '{"a":1}' }, { SPEECH_TIMEOUT_S: "0" }, { SPEECH_URL: "ftp://x" }]) expect(problemsOf(wrong)).toHaveLength(1);
  });

  it.each([
    [{ SOUNDS_DIR: "/var/lib/freeswitch/recordings" }, /^SOUNDS_DIR/],
    [{ SOUNDS_DIR: "/var/lib/freeswitch/recordings/sounds/" }, /^SOUNDS_DIR/],
    [{ SOUNDS_DIR: "/var/lib/freeswitch" }, /^SOUNDS_DIR/],
    [{ SOUNDS_DIR: "/srv/x/../../var/lib/freeswitch" }, /^SOUNDS_DIR/],
    [{ RECORDINGS_DIR: "/var/lib/freeswitch/sounds/1" }, /^SOUNDS_DIR/],
    [{ RECORDINGS_DIR: "/", SOUNDS_DIR: "/srv" }, /^SOUNDS_DIR/],
    [{ SOUNDS_READ_DIR: "/mnt", RECORDINGS_READ_DIR: "/mnt/recordings" }, /^SOUNDS_READ_DIR/],
  ])("refuses sounds and recordings one within the other: %j", (env, problem) => {
    expect(problemsOf({ FREESWITCH_NODES: "esl://:secret@fs", ...env })).toEqual([expect.stringMatching(problem)]);
    expect(problemsOf({ SOUNDS_DIR: "/srv/recordings-2", RECORDINGS_DIR: "/srv/recordings" })).toEqual([]);
  });

  it("lists FreeSWITCH nodes, their passwords percent-encoded and port 8021 unless given", () => {
    expect(loadConfig({ FREESWITCH_NODES: "esl://:ClueCon@127.0.0.1, esl://:a%2Cb%40c%2F%25@fs2.example:8022/,esl://:x@[::1]:1" }).switchNodes).toEqual([
      { name: "127.0.0.1:8021", host: "127.0.0.1", port: 8021, password: "ClueCon" },
      { name: "fs2.example:8022", host: "fs2.example", port: 8022, password: "a,b@c/%" },
      { name: "[::1]:1", host: "::1", port: 1, password: "x" },
    ]);
  });

  it.each([
    ["http://:hunter2@host", /entry 1 does not begin with esl/],
    ["esl://host", /entry 1 has no password/],
    ["esl://:@host", /entry 1 has no password/],
    ["esl://user:hunter2@host", /entry 1 has a user name/],
    ["esl://:hunter2@", /entry 1/],
    ["esl://:hunter2@host:99999", /entry 1/],
    ["esl://:hunter2@host:0", /entry 1 has port 0/],
    ["esl://:hunter2/x@host", /entry 1/],
    ["esl://:hunter2@host/path", /entry 1 has something after the port/],
    ["esl://:hunter2%0Aexit@host", /entry 1 has a line break/],
    ["esl://:hunter2%ZZ@host", /entry 1/],
    ["esl://:hunter2@ho_st$", /entry 1/],
    ["esl://:hunter2@host,", /entry 2/],
    ["esl://:hunter2@host,esl://:other@host:8021", /entry 2 names a node that is there already/],
    ["hunter2", /entry 1/],
    ["", /is empty/],
  ])("refuses FREESWITCH_NODES=%s without showing the password", (value, problem) => {
    const problems = problemsOf({ FREESWITCH_NODES: value });
    expect(problems[0]).toMatch(/^FREESWITCH_NODES /);
    expect(problems[0]).toMatch(problem);
    expect(problems.join()).not.toMatch(/hunter2|other/);
  });

  it.each([
    ["HOST", ""],
    ["HOST", "a b"],
    ["PORT", ""],
    ["PORT", "65536"],
    ["PORT", "80a"],
    ["PORT", "-1"],
    ["DATABASE_URL", ""],
    ["DATABASE_URL", "file:"],
    ["DATABASE_URL", "postgres://u:hunter2@h/d"],
    ["JWT_SECRET", ""],
    ["JWT_SECRET", "hunter2"],
    ["LOG_LEVEL", "loud"],
    ["RING_TIMEOUT_S", "0"],
    ["PARK_RETURN_S", ""],
    ["ALLOW_QUERY_TOKEN", "yes"],
    ["ALLOW_QUERY_TOKEN", ""],
    ["METRICS_TOKEN", ""],
    ["RATE_LIMIT_PER_MINUTE", "1.5"],
    ["HEARTBEAT_S", "0"],
    ["RECORDINGS_DIR", "recordings"],
    ["RECORDINGS_DIR", "/rec;rm"],
    ["JWT_JWKS_URL", "file:///etc/passwd"],
    ["JWT_PUBLIC_KEY", "hunter2"],
    ["JWT_PUBLIC_KEY", privatePem],
    ["JWT_AUDIENCE", ""],
    ["JWT_ORGANIZATIONS", ""],
    ["JWT_ORGANIZATIONS", "acme,,beta"],
    ["JWT_ORGANIZATIONS", "acme,a/b"],
    ["MAX_TOKENS_PER_USER", "0"],
    ["SIP_REGISTRATION_MAX_S", "59"],
    ["MAX_STREAMS_PER_USER", "x"],
    ["MAX_LOGINS_PER_MINUTE", "0"],
  ])("refuses %s=%j, naming the variable and not its value", (name, value) => {
    const problems = problemsOf({ JWT_ISSUER: "https://login.example", JWT_AUDIENCE: "a", JWT_ORGANIZATIONS: "acme", ...(name.startsWith("JWT_JWKS") ? {} : { JWT_JWKS_URL: "https://login.example/jwks" }), [name]: value });
    expect(problems.some((problem) => problem.startsWith(`${name} `))).toBe(true);
    expect(problems.join()).not.toContain("hunter2");
    expect(problems.join()).not.toContain("PRIVATE");
  });

  it("takes the names of channel variables", () => {
    const sixteen = Array.from({ length: 16 }, (_, index) => `v${index}`);
    expect(loadConfig({ CHANNEL_VARIABLES: " customer_tier, accountcode,_X9 " }).channelVariables).toEqual(["customer_tier", "accountcode", "_X9"]);
    expect(loadConfig({ CHANNEL_VARIABLES: "" }).channelVariables).toEqual([]);
    expect(loadConfig({ CHANNEL_VARIABLES: sixteen.join() }).channelVariables).toEqual(sixteen);
    expect(problemsOf({ CHANNEL_VARIABLES: [...sixteen, "one_more"].join() })).toEqual(["CHANNEL_VARIABLES has more than 16 entries."]);
  });

  it.each([
    ["9lives", /is not a variable's name/],
    ["sip_h_X-Tier", /is not a variable's name/],
    ["a b", /is not a variable's name/],
    ["${tier}", /is not a variable's name/],
    ["a".repeat(65), /is not a variable's name/],
    ["callplane_org", /Callplane's own/],
    ["CALLPLANE_queue", /Callplane's own/],
    ["user_name", /whose a channel is/],
    ["Domain_Name", /whose a channel is/],
    ["presence_id", /whose a channel is/],
    ["presence_data", /whose a channel is/],
    ["sip_from_uri", /whose a channel is/],
    ["sip_auth_username", /credentials/],
    ["sip_authorized", /credentials/],
    ["registration_metadata", /credentials/],
    ["switch_r_sdp", /keys/],
    ["rtp_last_audio_local_crypto_key", /keys/],
    ["vm_password", /secret/],
    ["caller_pin", /secret/],
    ["Tier", /there already/],
  ])("refuses to read the channel variable %s", (name, problem) => {
    expect(problemsOf({ CHANNEL_VARIABLES: `tier,${name}` })).toEqual([expect.stringMatching(/^CHANNEL_VARIABLES entry 2 /)]);
    expect(problemsOf({ CHANNEL_VARIABLES: `tier,${name}` })[0]).toMatch(problem);
  });

  it("tells everything that is wrong at once", () => {
    expect(problemsOf({ PORT: "x", LOG_LEVEL: "x" })).toHaveLength(2);
  });

  it("takes an outside issuer by JWKS address or by public key, also with its line breaks written as \\n", () => {
    const common = { JWT_ISSUER: "i", JWT_AUDIENCE: "a", JWT_ORGANIZATIONS: "acme, Beta Ltd." };
    const told = { issuer: "i", audience: "a", organizations: ["acme", "Beta Ltd."] };
    expect(loadConfig({ ...common, JWT_JWKS_URL: "https://login.example/jwks" }).outsideIssuer).toEqual({ keys: { kind: "jwks", url: "https://login.example/jwks" }, ...told });
    expect(loadConfig({ ...common, JWT_PUBLIC_KEY: publicPem.replaceAll("\n", "\\n") }).outsideIssuer).toEqual({ keys: { kind: "publicKey", pem: publicPem }, ...told });
  });

  it("needs the issuer's name, its audience and its organizations with its keys, its keys with any of them, and one kind of keys", () => {
    const keys = { JWT_JWKS_URL: "https://login.example/jwks" };
    const common = { JWT_ISSUER: "i", JWT_AUDIENCE: "a", JWT_ORGANIZATIONS: "acme" };
    for (const missing of Object.keys(common)) {
      expect(problemsOf(Object.fromEntries(Object.entries({ ...keys, ...common }).filter(([name]) => name !== missing)))).toEqual([expect.stringContaining(`${missing} is needed`)]);
    }
    expect(problemsOf(keys)).toHaveLength(3);
    for (const [name, value] of Object.entries(common)) expect(problemsOf({ [name]: value })).toEqual([expect.stringContaining("JWT_JWKS_URL")]);
    expect(problemsOf({ ...keys, ...common, JWT_PUBLIC_KEY: publicPem })).toHaveLength(1);
  });

  it("takes ICE servers and the phones' URL, and tells a bad one without its credential", () => {
    const turn = { urls: ["turn:turn.example.org:3478"], username: "u", credential: "c" };
    expect(loadConfig({ SIP_WSS_URL: "wss://sip.{domain}/ws", ICE_SERVERS: JSON.stringify([{ urls: "stun:stun.example.org" }, turn]) })).toMatchObject({ sipWssUrl: "wss://sip.{domain}/ws", iceServers: [{ urls: "stun:stun.example.org" }, turn] });
    expect(loadConfig({ SIP_WSS_URL: "off" }).sipWssUrl).toBe("");
    for (const url of ["https://example.org", "wss://", "wss://{other}", "wss://a b", ""]) expect(problemsOf({ SIP_WSS_URL: url })).toEqual([expect.stringMatching(/^SIP_WSS_URL is not/)]);
    for (const list of ["", "{", "{}", '[{"urls":"http://x"}]', '[{"urls":[]}]', '[{"urls":"turn:x","credential":5}]', '[{"urls":"turn:x","credential":"topsecret","extra":1}]']) {
      expect(problemsOf({ ICE_SERVERS: list })).toEqual([expect.stringMatching(/^ICE_SERVERS (?:is not JSON|is not a JSON list|entry 1 is not)/)]);
      expect(problemsOf({ ICE_SERVERS: list }).join()).not.toContain("topsecret");
    }
  });
});
