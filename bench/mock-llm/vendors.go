package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

// vendor speaks one vendor's own language: Gemini, Bedrock's Converse and Qwen's native interface.
type vendor struct {
	streams     bool
	contentType string
	first       []byte
	delta       []byte
	tail        func(o options) []byte
	unary       func(text string) string
}

var (
	gemini = vendor{
		contentType: "text/event-stream",
		delta:       event("", geminiEvent(`"index":0`, 1)),
		tail: func(o options) []byte {
			return event("", geminiEvent(`"finishReason":"STOP","index":0`, o.chunks))
		},
		unary: func(text string) string {
			return `{"candidates":[{"content":{"parts":[{"text":"` + text + `"}],"role":"model"},"finishReason":"STOP","index":0}],` + geminiUsage(12) + `}`
		},
	}
	qwen = vendor{
		contentType: "text/event-stream",
		delta:       qwenEvent(`"null"`, 1),
		tail:        func(o options) []byte { return qwenEvent(`"stop"`, o.chunks) },
		unary: func(text string) string {
			return `{"output":{"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":"` + text + `"}}]},"usage":{"total_tokens":21,"output_tokens":12,"input_tokens":9},"request_id":"req-mock"}`
		},
	}
	bedrock = vendor{
		contentType: "application/vnd.amazon.eventstream",
		first:       frame("messageStart", `{"role":"assistant"}`),
		delta:       frame("contentBlockDelta", `{"contentBlockIndex":0,"delta":{"text":"token "}}`),
		tail: func(o options) []byte {
			stop := append(frame("contentBlockStop", `{"contentBlockIndex":0}`), frame("messageStop", `{"stopReason":"end_turn"}`)...)
			usage := fmt.Sprintf(`{"metrics":{"latencyMs":1},"usage":{"inputTokens":9,"outputTokens":%d,"totalTokens":%d}}`, o.chunks, 9+o.chunks)
			return append(stop, frame("metadata", usage)...)
		},
		unary: func(text string) string {
			return `{"metrics":{"latencyMs":1},"output":{"message":{"content":[{"text":"` + text + `"}],"role":"assistant"}},"stopReason":"end_turn","usage":{"inputTokens":9,"outputTokens":12,"totalTokens":21}}`
		},
	}
)

// vendorOf tells the vendor from the path, as its own API does; nil for the OpenAI and Anthropic shapes.
func vendorOf(q *request) *vendor {
	switch {
	case strings.HasSuffix(q.path, ":generateContent"):
		return &gemini
	case strings.HasSuffix(q.path, ":streamGenerateContent"):
		return gemini.streaming()
	case strings.HasSuffix(q.path, "/text-generation/generation"):
		if bytes.Contains(q.body, []byte(`"incremental_output":true`)) {
			return qwen.streaming()
		}
		return &qwen
	case strings.HasSuffix(q.path, "/converse"):
		return &bedrock
	case strings.HasSuffix(q.path, "/converse-stream"):
		return bedrock.streaming()
	}
	return nil
}

func (v vendor) streaming() *vendor {
	v.streams = true
	return &v
}

func geminiUsage(output int) string {
	return fmt.Sprintf(`"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":%d,"totalTokenCount":%d},"modelVersion":"mock-1","responseId":"resp-mock"`, output, 9+output)
}

func geminiEvent(state string, output int) string {
	return `{"candidates":[{"content":{"parts":[{"text":"token "}],"role":"model"},` + state + `}],` + geminiUsage(output) + `}`
}

func qwenEvent(finish string, output int) []byte {
	return chunk([]byte("id:1\nevent:result\n:HTTP_STATUS/200\ndata:" +
		`{"output":{"choices":[{"message":{"content":"token ","role":"assistant"},"finish_reason":` + finish + `}]},` +
		fmt.Sprintf(`"usage":{"total_tokens":%d,"input_tokens":9,"output_tokens":%d},"request_id":"req-mock"}`, 9+output, output) + "\n\n"))
}

func chunk(b []byte) []byte {
	return []byte(fmt.Sprintf("%x\r\n%s\r\n", len(b), b))
}

// frame is one message of an AWS event stream: lengths, headers, payload and two checksums, big endian.
func frame(kind, payload string) []byte {
	var headers bytes.Buffer
	for _, h := range [][2]string{{":event-type", kind}, {":content-type", "application/json"}, {":message-type", "event"}} {
		headers.WriteByte(byte(len(h[0])))
		headers.WriteString(h[0])
		headers.WriteByte(7)
		binary.Write(&headers, binary.BigEndian, uint16(len(h[1])))
		headers.WriteString(h[1])
	}
	var out bytes.Buffer
	binary.Write(&out, binary.BigEndian, uint32(16+headers.Len()+len(payload)))
	binary.Write(&out, binary.BigEndian, uint32(headers.Len()))
	binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(out.Bytes()))
	out.Write(headers.Bytes())
	out.WriteString(payload)
	binary.Write(&out, binary.BigEndian, crc32.ChecksumIEEE(out.Bytes()))
	return chunk(out.Bytes())
}
