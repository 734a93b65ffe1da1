/**
 * K3s as a systemd service. A restart ends K3s alone (`KillMode=process`): containers run on through it, which is
 * what makes a change of configuration harmless to sessions.
 */
export const SERVICE_UNIT = `# Written by mybinder: an edit here is taken back.
[Unit]
Description=K3s, the Kubernetes of this machine
Documentation=https://docs.k3s.io
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/k3s server
KillMode=process
Delegate=yes
Restart=always
RestartSec=5
TimeoutStartSec=0
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity

[Install]
WantedBy=multi-user.target`;
