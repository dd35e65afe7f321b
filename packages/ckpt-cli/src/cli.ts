#!/usr/bin/env node
process.stdout.write('not there yet\n');
