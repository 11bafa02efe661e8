"""Stop-and-wait in 40 lines: a number and a checksum before each stone."""
import base64, sys, zlib

timeout, queue, number, last = 0.2, [], 0, False

def send(kind, n, stone=b""):
    body = kind + n.to_bytes(4, "big") + stone
    print("send", base64.b64encode(zlib.crc32(body).to_bytes(4, "big") + body).decode())

def throw():
    send(b"D", number, queue[0])
    print("timer 0", timeout)

for line in sys.stdin:
    words = line.split()
    if words[0] == "hello":
        for word in words[3:]:
            if word.startswith("timeout="):
                timeout = float(word[8:])
    elif words[1] == "throw":
        queue.append(base64.b64decode(words[3]))
        if len(queue) == 1:
            throw()
    elif words[1] == "datagram":
        b = base64.b64decode(words[2])
        kind, n = b[4:5], int.from_bytes(b[5:9], "big")
        if zlib.crc32(b[4:]).to_bytes(4, "big") != b[:4]:
            pass
        elif kind == b"D":
            if n == number:
                print("deliver", base64.b64encode(b[9:]).decode())
                number += 1
            send(b"A", n)
        elif queue and n == number:
            queue.pop(0); number += 1
            throw() if queue else print("timer 0 off")
    elif words[1] == "timer":
        throw()
    last = last or words[1] == "last"
    print("done\nok" if last and not queue else "ok", flush=True)
