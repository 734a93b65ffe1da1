import { givenSecrets } from "../../../../../secret/given";
import { shapeProblem, shapes } from "../../../../../secret/shapes";
import { secondValue } from "../../../../../tools/lab/render/secretVariant";

test.each(givenSecrets.map((secret) => [secret.key, secret] as const))(
  "the second value of %s is another one of the same shape, all of it",
  (key, { placeholder, shape }) => {
    const second = secondValue(placeholder);
    expect(second).not.toBe(placeholder);
    expect(second).toHaveLength(placeholder.length);
    if (key !== "kubeconfig") expect(shapeProblem(shapes[shape], second)).toBeUndefined();
    for (const credential of shapes[shape].credentials(placeholder)) expect(second).not.toContain(credential);
  },
);
