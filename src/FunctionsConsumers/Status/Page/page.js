// Looks every two seconds while somebody sees the page.

import { read } from './api.js';
import { showCharts } from './charts.js';
import { find } from './dom.js';
import { showGroups } from './groups.js';
import { listenForLetters } from './letters.js';
import { listenForMessages } from './messages.js';
import { listenForOrders } from './order.js';

const interval = 2000;

async function look() {
  if (document.visibilityState === 'visible') {
    try {
      const report = await read('status');
      showGroups(report);
      showCharts(report);
    } catch (error) {
      find('verdict').textContent = `No answer: ${error.message} What stands here is old.`;
      find('verdict').className = 'bad';
    }
  }
  setTimeout(look, interval);
}

listenForOrders();
listenForLetters();
listenForMessages();
look();
