import { literally } from "../model/schema/plain/literally";

/**
 * Command lines of programs that cryptnono must never end, in lower case: those of a K3s node and its kube-system, and of our own pods on the
 * same node. cryptnono looks at every process of a node and knows no namespaces.
 * Source: K3s v1.35 and the pinned charts.
 */
const SYSTEM_COMMANDS = [
  "/usr/local/bin/k3s server",
  "containerd -c /var/lib/rancher/k3s/agent/etc/containerd/config.toml",
  "/var/lib/rancher/k3s/data/current/bin/containerd-shim-runc-v2 -namespace k8s.io -id 0 -address /run/k3s/containerd/containerd.sock",
  "/pause",
  "/coredns -conf /etc/coredns/corefile",
  "local-path-provisioner start --config /etc/config/config.json",
  "/metrics-server --cert-dir=/tmp --secure-port=10250 --kubelet-preferred-address-types=internalip,externalip,hostname",
  "/bin/sh /usr/bin/entry",
  "/usr/bin/kubelet --config=/home/kubernetes/kubelet-config.yaml",
  "kube-proxy --master=https://10.0.0.1",
  "/usr/sbin/sshd -d",
  "/lib/systemd/systemd --system",
  "traefik traefik --ping=true --providers.kubernetesingress",
  "haproxy -w -db -f /usr/local/etc/haproxy/haproxy.cfg",
  "node /srv/keeper.js /etc/ban-keeper/keeper.json https://kubernetes.default.svc",
  "node /srv/scanner.js /etc/process-scanner/scanner.json https://kubernetes.default.svc",
  "python3 -m binderhub -f /etc/binderhub/config/binderhub_config.py",
  "/usr/local/bin/python3 /usr/local/bin/jupyterhub --config /usr/local/etc/jupyterhub/jupyterhub_config.py",
  "node /usr/local/bin/configurable-http-proxy --ip= --api-ip=0.0.0.0",
  "dockerd --storage-driver=overlay2 -h unix:///var/run/dind/docker.sock --mtu=1450",
  "/bin/prometheus --config.file=/etc/config/prometheus.yml",
  "/usr/share/grafana/bin/grafana server --homepath=/usr/share/grafana",
  "/usr/bin/python3 /scripts/execwhacker.py",
  "jupyter-lab --ip=0.0.0.0 --port=8888",
  "python3 -m ipykernel_launcher -f /home/jovyan/.local/share/jupyter/runtime/kernel.json",
];

/** What every session and build has, which no rule of the process scanner may stop by its texts alone: name and command line. */
export const SESSION_COMMANDS: readonly { readonly name: string; readonly line: string }[] = [
  { name: "tini", line: "tini -g -- /usr/local/bin/repo2docker-entrypoint jupyter-lab --ip=0.0.0.0" },
  {
    name: "python3",
    line: "/srv/conda/envs/notebook/bin/python3 /usr/local/bin/repo2docker-entrypoint jupyter-lab",
  },
  {
    name: "jupyter-lab",
    line: "/srv/conda/envs/notebook/bin/python3.10 /srv/conda/envs/notebook/bin/jupyter-lab --ip=0.0.0.0 --port=8888",
  },
  {
    name: "jupyter-noteboo",
    line: "/srv/conda/envs/notebook/bin/python3.10 /srv/conda/envs/notebook/bin/jupyter-notebook --ip=0.0.0.0",
  },
  {
    name: "python",
    line: "/srv/conda/envs/notebook/bin/python -m ipykernel_launcher -f /home/jovyan/.local/share/jupyter/runtime/kernel-1.json",
  },
  { name: "bash", line: "/bin/bash -l" },
  { name: "sh", line: "/bin/sh -c true" },
  { name: "R", line: "/usr/lib/R/bin/exec/R --no-echo --no-restore --args" },
  { name: "julia", line: "/srv/julia/bin/julia -i --color=yes" },
  { name: "rserver", line: "/usr/lib/rstudio-server/bin/rserver --www-port=8787" },
  { name: "jupyter-repo2do", line: "/usr/bin/python3 /usr/local/bin/jupyter-repo2docker --ref HEAD --push" },
  { name: "git", line: "git clone --recursive https://github.com/owner/repository /tmp/repo2docker" },
  {
    name: "mamba",
    line: "mamba env update -p /srv/conda/envs/notebook --file /home/jovyan/environment.yml",
  },
  {
    name: "pip",
    line: "/srv/conda/envs/notebook/bin/python -m pip install --no-cache-dir -r requirements.txt",
  },
  { name: "npm install", line: "npm install" },
  { name: "apt-get", line: "apt-get install --yes --no-install-recommends less" },
];

/** The program of ours, or of the cluster, that cryptnono would end for this text; `undefined`: none. */
export function endedFor(text: string): string | undefined {
  const wanted = text.toLowerCase();
  // as cryptnono: it spares a command line where the text is a part of a word
  const escaped = literally(wanted);
  const inWord = new RegExp(`\\w${escaped}|${escaped}\\w`);
  return SYSTEM_COMMANDS.find((line) => line.includes(wanted) && !inWord.test(line))?.split(" ")[0];
}
