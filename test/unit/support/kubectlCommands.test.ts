import { withoutNamespace } from "../../support/kubectlCommands";

test.each([
  "kubectl exec deploy/federation-proxy -c agent -- wget -qO- https://example.org/versions",
  "kubectl logs deploy/binder",
  "kubectl --kubeconfig FILE get pods -l a=b",
])("%s does not say of which namespace", (command) => {
  expect(withoutNamespace(`look: \`${command}\`, then go on`)).toEqual([command]);
});

test.each([
  "kubectl -n prod logs deploy/binder",
  "kubectl logs deploy/binder --namespace=prod",
  "kubectl get pods -A",
  "kubectl get nodes",
  "kubectl delete node OLD",
  "kubectl uncordon NODE",
  "kubectl logs",
  "kubectl applies the same object",
])("%s needs no namespace, or has one", (command) => {
  expect(withoutNamespace(`look: \`${command}\`, then go on`)).toEqual([]);
});
