import { openEngine } from '../engines';

void openEngine;
