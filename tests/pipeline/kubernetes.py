"""A small Kubernetes: an API of pods, configuration maps and services, and a node whose containers are processes of this machine.

Not a cluster: no scheduler, one node, containers that share this machine's network, each with an address of 127.0.0.0/8.
"""

import contextlib
import itertools
import json
import re
import ssl
import subprocess
import threading
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.pipeline.image import inside

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
TOKEN = "a token of the test"
NOW = "2026-01-01T00:00:00Z"


class Store:
    """Objects by kind, namespace and name, and all that happened to them, numbered from 1."""

    def __init__(self):
        self.objects, self.events, self.changed = {}, [], threading.Condition()

    def put(self, kind, thing, how):
        with self.changed:
            meta = thing["metadata"]
            meta["resourceVersion"] = str(len(self.events) + 1)
            key = (kind, meta["namespace"], meta["name"])
            if how == "DELETED":
                self.objects.pop(key, None)
            else:
                self.objects[key] = thing
            self.events.append((how, kind, json.loads(json.dumps(thing))))
            self.changed.notify_all()

    def change(self, key, how):
        """Let a function change an object; return it, None where there is none."""
        with self.changed:
            found = self.objects.get(key)
            if found is not None:
                how(found)
                self.put(key[0], found, "MODIFIED")
            return found

    def listed(self, kind, namespace, chosen):
        with self.changed:
            found = [
                thing for (k, n, _), thing in self.objects.items() if (k, n) == (kind, namespace) and chosen(thing)
            ]
            return json.loads(json.dumps(found)), str(len(self.events))


def selection(query):
    """Return whether an object fits the label and field selectors of a request."""
    wishes = [part for text in query.get("labelSelector", []) for part in split_selector(text)]
    names = [text.removeprefix("metadata.name=") for text in query.get("fieldSelector", [])]

    def chosen(thing):
        labels = thing["metadata"].get("labels", {})
        return all(wish(labels) for wish in wishes) and all(name == thing["metadata"]["name"] for name in names)

    return chosen


def split_selector(text):
    """Return the conditions of a label selector: a=b, a!=b, a in (b,c), a notin (b,c), a, !a."""
    return [condition(part.strip()) for part in re.findall(r"[^,(]+(?:\([^)]*\))?", text)]


def condition(word):
    """Return whether labels fulfil one condition."""
    among = re.fullmatch(r"(\S+) (in|notin) \(([^)]*)\)", word)
    if among:
        values = {value.strip() for value in among[3].split(",")}
        return lambda labels: (labels.get(among[1]) in values) == (among[2] == "in")
    if "=" in word:
        key, value = re.split(r"!=|==|=", word, maxsplit=1)
        return lambda labels: (labels.get(key) == value) == ("!=" not in word)
    return lambda labels: (word.lstrip("!") in labels) != word.startswith("!")


def merge(into, patch):
    """Apply a JSON merge patch."""
    for key, value in patch.items():
        if value is None:
            into.pop(key, None)
        elif isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = value


class Handler(BaseHTTPRequestHandler):
    """The requests that Spark makes, answered as the API does."""

    protocol_version = "HTTP/1.1"
    cluster = None

    def log_message(self, *_):
        pass

    def answer(self, thing, code=200):
        content = json.dumps(thing).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def fault(self, code, reason):
        status = {
            "kind": "Status",
            "apiVersion": "v1",
            "status": "Failure",
            "code": code,
            "reason": reason,
            "message": self.path,
        }
        self.answer(status, code)

    def handle_one(self):
        address = urlsplit(self.path)
        query = parse_qs(address.query)
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        self.cluster.requests.append((self.command, self.path))
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.fault(401, "Unauthorized")
        if self.headers.get("Upgrade"):  # clients then watch by a long answer
            return self.fault(503, "no web sockets here")
        found = re.fullmatch(r"/(?:api/v1|apis/[\w.]+/v1)/namespaces/([\w-]+)/(\w+)(?:/([\w.-]+))?", address.path)
        if found is None:
            return self.fault(404, "NotFound")
        namespace, kind, name = found.groups()
        if query.get("watch") == ["true"]:
            return self.watch(kind, namespace, query)
        return getattr(self, f"{'one' if name else 'all'}_{self.command}")(kind, namespace, name, query, body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one

    def all_GET(self, kind, namespace, name, query, body):
        items, version = self.cluster.store.listed(kind, namespace, selection(query))
        self.answer({"kind": "List", "apiVersion": "v1", "metadata": {"resourceVersion": version}, "items": items})

    def all_POST(self, kind, namespace, name, query, body):
        key = (kind, namespace, body["metadata"]["name"])
        if key in self.cluster.store.objects:
            return self.fault(409, "AlreadyExists")
        body["metadata"] |= {"namespace": namespace, "uid": str(uuid.uuid4()), "creationTimestamp": NOW}
        self.cluster.create(kind, body)
        return self.answer(body, 201)

    def all_DELETE(self, kind, namespace, name, query, body):
        for thing in self.cluster.store.listed(kind, namespace, selection(query))[0]:
            self.cluster.delete(kind, thing)
        self.answer({"kind": "Status", "apiVersion": "v1", "status": "Success"})

    def one_GET(self, kind, namespace, name, query, body):
        found = self.cluster.store.objects.get((kind, namespace, name))
        return self.answer(found) if found else self.fault(404, "NotFound")

    def one_PATCH(self, kind, namespace, name, query, body):
        assert "json-patch" not in self.headers["Content-Type"], self.headers["Content-Type"]
        if "apply-patch" in self.headers["Content-Type"] and (kind, namespace, name) not in self.cluster.store.objects:
            return self.all_POST(kind, namespace, None, query, body)
        found = self.cluster.store.change((kind, namespace, name), lambda thing: merge(thing, body))
        return self.answer(found) if found else self.fault(404, "NotFound")

    def one_DELETE(self, kind, namespace, name, query, body):
        found = self.cluster.store.objects.get((kind, namespace, name))
        if found is None:
            return self.fault(404, "NotFound")
        self.cluster.delete(kind, found)
        return self.answer(found)

    def watch(self, kind, namespace, query):
        """Send each event as a line, until the client or the cluster ends."""
        store, chosen = self.cluster.store, selection(query)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        after = int(query.get("resourceVersion", ["0"])[0] or 0)
        with contextlib.suppress(OSError):
            while not self.cluster.ended:
                with store.changed:
                    if len(store.events) == after:
                        store.changed.wait(timeout=5)
                    fresh, after = store.events[after:], len(store.events)
                for how, what, thing in fresh:
                    if what == kind and thing["metadata"]["namespace"] == namespace and chosen(thing):
                        line = json.dumps({"type": how, "object": thing}).encode() + b"\n"
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                        self.wfile.flush()
        self.close_connection = True


class Cluster:
    """An API at `url`, and pods that run in the files of an image; `claims` are the folders behind claims of volumes."""

    def __init__(self, folder: Path, image, claims):
        self.folder, self.image, self.claims = folder, image, claims
        self.store, self.requests, self.processes, self.ended = Store(), [], {}, False
        self.addresses = itertools.count(2)
        self.account, self.hosts = folder / "account", folder / "hosts"
        self.account.mkdir(parents=True)
        key = self.certify()
        (self.account / "token").write_text(TOKEN)
        (self.account / "namespace").write_text("default")
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"cluster": self}))
        self.server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.account / "ca.crt", key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def certify(self):
        """Make the certificate of this API, which is its own authority; return the file of its key."""
        key, names = self.folder / "key.pem", "subjectAltName=IP:127.0.0.1,DNS:kubernetes.default.svc"
        words = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=kubernetes",
            "-addext",
            names,
        ]
        subprocess.run(
            [*words, "-keyout", str(key), "-out", str(self.account / "ca.crt")], check=True, capture_output=True
        )
        return key

    def create(self, kind, thing):
        if kind == "pods":
            thing["status"] = {"phase": "Pending", "podIP": f"127.0.0.{next(self.addresses)}", "startTime": NOW}
        self.store.put(kind, thing, "ADDED")
        self.name_services()
        if kind == "pods":
            threading.Thread(target=self.start, args=(thing,), daemon=True).start()

    def name_services(self):
        """Say in the pods' /etc/hosts where the services are: at the first pod that they select."""
        found = [thing for (kind, _, _), thing in list(self.store.objects.items()) if kind in {"services", "pods"}]
        lines = [Path("/etc/hosts").read_text()]
        for service in (thing for thing in found if "selector" in thing["spec"]):
            wanted, meta = service["spec"]["selector"].items(), service["metadata"]
            pods = [
                pod
                for pod in found
                if "containers" in pod["spec"] and wanted <= pod["metadata"].get("labels", {}).items()
            ]
            lines += [f"{pod['status']['podIP']} {meta['name']}.{meta['namespace']}.svc" for pod in pods[:1]]
        self.hosts.write_text("\n".join(lines) + "\n")  # in place: it is mounted

    def delete(self, kind, thing):
        process = self.processes.get(thing["metadata"]["name"]) if kind == "pods" else None
        if process is not None:
            process.kill()
        thing["metadata"]["deletionTimestamp"] = NOW
        self.store.put(kind, thing, "DELETED")

    def start(self, pod):
        """Run the pod's one container to its end: the entry point, or the pod's command, with the pod's words and variables."""
        (container,) = pod["spec"]["containers"]
        name = pod["metadata"]["name"]
        variables = {one["name"]: self.value(one, pod) for one in container.get("env", [])}
        words = container.get("command", self.image.entrypoint) + container.get("args", self.image.command)
        for key, value in variables.items():
            words = [word.replace(f"$({key})", value) for word in words]
        layer = self.folder / name
        layer.mkdir()
        mounts = [(self.account, ACCOUNT), (self.hosts, "/etc/hosts"), *self.volumes(pod, container, layer)]
        command = inside(self.image, words, {"HOME": "/opt/isthmus/work", **variables}, mounts, layer)
        with (self.folder / f"{name}.log").open("w") as log:
            process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        self.processes[name] = process
        self.follow(pod, container["name"], process)

    def value(self, variable, pod):
        if "valueFrom" not in variable:
            return variable.get("value", "")
        path = variable["valueFrom"]["fieldRef"]["fieldPath"]
        for part in path.split("."):
            pod = pod[part]
        return pod

    def volumes(self, pod, container, layer):
        """Return what is mounted where: empty folders, folders that are claimed, files of configuration maps."""
        sources = {}
        for volume in pod["spec"].get("volumes", []):
            source = layer / "volumes" / volume["name"]
            if "persistentVolumeClaim" in volume:
                source = self.claims[volume["persistentVolumeClaim"]["claimName"]]
            else:
                source.mkdir(parents=True)
                source.chmod(0o777)
            if "configMap" in volume:
                key = ("configmaps", pod["metadata"]["namespace"], volume["configMap"]["name"])
                with self.store.changed:  # a pod waits for its configuration
                    assert self.store.changed.wait_for(lambda key=key: key in self.store.objects, timeout=60), key
                for file, text in self.store.objects[key].get("data", {}).items():
                    (source / file).write_text(text)
            sources[volume["name"]] = source
        return [(sources[mount["name"]], mount["mountPath"]) for mount in container.get("volumeMounts", [])]

    def follow(self, pod, container, process):
        self.state(pod, "Running", {"name": container, "ready": True, "state": {"running": {"startedAt": NOW}}})
        code = process.wait()
        ended = {
            "name": container,
            "ready": False,
            "state": {"terminated": {"exitCode": code % 256, "reason": "Completed" if code == 0 else "Error"}},
        }
        self.state(pod, "Failed" if code else "Succeeded", ended)

    def state(self, pod, phase, container):
        ready = {"type": "Ready", "status": str(container["ready"])}
        now = {"phase": phase, "containerStatuses": [container], "conditions": [ready]}
        self.store.change(
            ("pods", pod["metadata"]["namespace"], pod["metadata"]["name"]), lambda thing: thing["status"].update(now)
        )

    def close(self):
        """End every container and the API."""
        self.ended = True
        for process in self.processes.values():
            process.kill()
            process.wait(timeout=60)
        self.server.shutdown()
        self.server.server_close()
