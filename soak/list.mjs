// The tests that have a long form: [the test's name in CTest, rounds, who]. A new one is one line here.
//   rounds   what the test gets as CKPT_ROUNDS; 'whole': CKPT_WHOLE=1 instead, for sizes, not rounds
//   who      'both': where root runs this, once as root and once as an ordinary user; 'root' and 'user': one of them alone
export const tests = [
  ['again-cycles-fresh', 1000, 'both'],
  ['again-cycles-exact', 1000, 'root'],
  ['again-checkpoints', 10000, 'both'],
  ['again-one-folder', 200, 'both'],
  ['again-one-image', 200, 'both'],
  ['again-at-once', 50, 'both'],
  ['large-sparse', 'whole', 'both'],
  ['large-huge', 'whole', 'both'],
  ['large-mappings', 'whole', 'both'],
  ['large-threads', 'whole', 'both'],
  ['large-at-once', 'whole', 'both'],
  ['large-headers', 'whole', 'both'],
  ['large-descriptors', 'whole', 'both'],
  ['large-pending', 'whole', 'both'],
  ['large-names', 'whole', 'both'],
  ['large-too-many', 'whole', 'both'],
];
