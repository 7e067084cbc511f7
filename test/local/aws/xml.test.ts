import { expect, test } from 'vitest';
import { xml } from '../../../local/aws/xml.ts';

test('content never becomes markup, lists repeat, absence is left out', () => {
  const text = xml('R', { A: `<&>"'\r\u0000`, B: ['x', 'y'], C: undefined, D: { E: 1, F: false } }, 'urn:n');
  expect(text).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<R xmlns="urn:n"><A>&lt;&amp;&gt;&quot;&apos;&#13;\ufffd</A><B>x</B><B>y</B><D><E>1</E><F>false</F></D></R>',
  );
});
