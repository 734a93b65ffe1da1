import { hostClaims } from "../../model/member/hosts";
import { publicRoutes } from "../../model/member/routes";
import { stackNames } from "../../model/stack/stackFiles";
import { ROOT } from "../../tools/ground/root";
import { loadStackFile } from "../../tools/ground/stackFile/stacks";
import { renderableValues } from "../../tools/ground/cluster/renderableValues";
import { AssembledChart } from "../support/metaChart";

interface IngressSpec {
  readonly rules: readonly { readonly host: string }[];
  readonly tls?: readonly { readonly hosts: readonly string[]; readonly secretName: string }[];
  readonly ingressClassName?: string;
}

describe("the hosts that a stack is checked for", () => {
  let chart: AssembledChart;
  beforeAll(async () => {
    chart = await AssembledChart.create();
  });
  afterAll(() => {
    chart.remove();
  });

  test.each(stackNames(ROOT))(
    "%s: are those of its Ingresses, each in one Ingress, with its class and its certificate",
    async (name) => {
      const { stack } = loadStackFile(name);
      const objects = await chart.renderRelease(name, renderableValues(stack));
      const rendered = objects
        .filter(({ kind }) => kind === "Ingress")
        .flatMap(({ spec }) => {
          const { rules, tls = [], ingressClassName } = spec as unknown as IngressSpec;
          return rules.map(({ host }) => [
            host,
            ingressClassName,
            tls.find(({ hosts }) => hosts.includes(host))?.secretName,
          ]);
        });
      const routes = publicRoutes(name, stack.config).map((route) => [
        route.host,
        route.class,
        route.certificate,
      ]);
      expect(rendered.sort()).toEqual(routes.sort());
    },
  );

  test("local, which has no TLS: no object leads a browser to one of them by HTTPS, or tells it to remember that", async () => {
    const { stack } = loadStackFile("local");
    expect(stack.config.certificates.tls).toBe(false);
    const objects = await chart.renderRelease("local", renderableValues(stack));
    const text = JSON.stringify(objects);
    const own = hostClaims(stack.config).flatMap(({ host, service }) =>
      service === undefined ? [] : [host],
    );
    expect(own.filter((host) => text.includes(`http://${host}`))).toContain(stack.hosts.static[0]);
    expect(own.filter((host) => text.includes(`https://${host}`))).toEqual([]);
    // both are made of the host that was asked for
    expect(text).toContain("set-header Origin http://%[req.hdr(host)]");
    expect(text).not.toContain("; Secure");
  });
});
