// The knobs of the page, and the values of their sliders, which are easy to say and to
// type as flags. Those with wire shape the wire, which only some paths emulate.
export const knobs = [
  {"word": "loss", "values": ["0%", "0.1%", "0.5%", "1%", "2%", "3%", "5%", "7%", "10%", "15%", "20%"], "start": "2%", "wire": true},
  {"word": "delay", "values": ["1ms", "2ms", "5ms", "10ms", "20ms", "30ms", "50ms", "100ms", "200ms", "300ms"], "start": "20ms", "wire": true},
  {"word": "rate", "values": ["10", "20", "50", "100", "200", "500", "1000", "2000"], "start": "100"},
  {"word": "count", "values": ["10", "20", "50", "100", "200", "500", "1000"], "start": "200"},
  {"word": "size", "values": ["33", "100", "200", "500", "1000", "1400", "4000"], "start": "200"},
  {"word": "reorder", "values": ["0%", "1%", "2%", "5%", "10%"], "start": "0%", "wire": true},
  {"word": "jitter", "values": ["0ms", "1ms", "5ms", "10ms", "20ms"], "start": "0ms", "wire": true},
  {"word": "bandwidth", "values": ["100kbit", "200kbit", "500kbit", "1Mbit", "2Mbit", "5Mbit", "10Mbit", "100Mbit"], "start": "10Mbit", "wire": true},
  {"word": "queue", "values": ["1", "5", "10", "20", "50", "100", "300"], "start": "100", "wire": true}
]
